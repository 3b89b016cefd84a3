//! Reads output folders with the Rust crates `parquet` and `arrow` and writes down what it finds, exactly.
//!
//!     read-with-arrow-rs RESULT FOLDER...
//!
//! RESULT gets one line of JSON for each folder: every row, the answers to a few questions that readers answer
//! with the help of statistics, and predicates about values of each column whose count was wrong.
use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Decimal128Array, Scalar, StringArray, TimestampMillisecondArray};
use arrow::compute::kernels::cmp::{eq, gt, gt_eq, lt, lt_eq};
use arrow::datatypes::{DataType, Decimal128Type, TimestampMillisecondType};
use arrow::error::ArrowError;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::statistics::StatisticsConverter;
use parquet::arrow::arrow_reader::{ArrowPredicateFn, ArrowReaderMetadata, ParquetRecordBatchReaderBuilder, RowFilter};
use serde_json::{Map, Value as Json, json};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const NOON1: i64 = 1_672_574_400_000;
const NOON2: i64 = 1_672_660_800_000;
const MAPS: [&str; 4] = ["identifiers", "event_properties", "user_properties", "platform_properties"];
const FLAT: [&str; 4] = ["insert_id", "event_key", "ts", "metric_value"];

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    Text(String),
    Time(i64),
    Decimal(i128),
}

impl Value {
    fn scalar(&self) -> Result<Scalar<ArrayRef>> {
        let array: ArrayRef = match self {
            Value::Text(text) => Arc::new(StringArray::from(vec![text.as_str()])),
            Value::Time(time) => Arc::new(TimestampMillisecondArray::from(vec![*time]).with_timezone("UTC")),
            Value::Decimal(digits) => {
                Arc::new(Decimal128Array::from(vec![*digits]).with_precision_and_scale(24, 6)?)
            }
        };
        Ok(Scalar::new(array))
    }

    fn at(array: &dyn Array, row: usize) -> Value {
        match array.data_type() {
            DataType::Utf8 => Value::Text(array.as_string::<i32>().value(row).to_owned()),
            DataType::Timestamp(..) => Value::Time(array.as_primitive::<TimestampMillisecondType>().value(row)),
            _ => Value::Decimal(array.as_primitive::<Decimal128Type>().value(row)),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Op {
    Equal,
    Less,
    Greater,
    AtLeast,
}

#[derive(Clone, Debug)]
struct Predicate {
    column: &'static str,
    op: Op,
    value: Value,
}

impl Predicate {
    fn new(column: &'static str, op: Op, value: Value) -> Self {
        Self { column, op, value }
    }

    fn holds(&self, value: &Value) -> bool {
        match self.op {
            Op::Equal => *value == self.value,
            Op::Less => *value < self.value,
            Op::Greater => *value > self.value,
            Op::AtLeast => *value >= self.value,
        }
    }
}

fn compare(op: Op, values: &ArrayRef, scalar: &Scalar<ArrayRef>) -> std::result::Result<BooleanArray, ArrowError> {
    match op {
        Op::Equal => eq(values, scalar),
        Op::Less => lt(values, scalar),
        Op::Greater => gt(values, scalar),
        Op::AtLeast => gt_eq(values, scalar),
    }
}

/// A file whose footer is read once.
struct Input {
    day: String,
    path: PathBuf,
    metadata: ArrowReaderMetadata,
}

impl Input {
    fn builder(&self) -> Result<ParquetRecordBatchReaderBuilder<File>> {
        Ok(ParquetRecordBatchReaderBuilder::new_with_metadata(File::open(&self.path)?, self.metadata.clone()))
    }

    /// Row groups that the statistics do not rule out.
    fn row_groups(&self, predicate: &Predicate) -> Result<Vec<usize>> {
        let metadata = self.metadata.metadata();
        let schema = metadata.file_metadata().schema_descr();
        let statistics = StatisticsConverter::try_new(predicate.column, self.metadata.schema(), schema)?;
        let least = statistics.row_group_mins(metadata.row_groups())?;
        let most = statistics.row_group_maxes(metadata.row_groups())?;
        let scalar = predicate.value.scalar()?;
        let (from, until) = match predicate.op {
            Op::Equal => (Some(lt_eq(&least, &scalar)?), Some(gt_eq(&most, &scalar)?)),
            Op::Less => (Some(lt(&least, &scalar)?), None),
            op => (None, Some(compare(op, &most, &scalar)?)),
        };
        // Without statistics the answer is null, which rules out nothing.
        let may = |answers: &Option<BooleanArray>, group: usize| {
            answers.as_ref().is_none_or(|answers| answers.is_null(group) || answers.value(group))
        };
        Ok((0..metadata.num_row_groups()).filter(|&group| may(&from, group) && may(&until, group)).collect())
    }

    /// Counts rows: row groups by statistics, then rows by a filter that is pushed down into the decoder.
    fn count(&self, predicate: &Predicate) -> Result<usize> {
        let schema = self.metadata.metadata().file_metadata().schema_descr();
        let (op, scalar) = (predicate.op, predicate.value.scalar()?);
        let filter = ArrowPredicateFn::new(ProjectionMask::columns(schema, [predicate.column]), move |batch| {
            compare(op, batch.column(0), &scalar)
        });
        let reader = self
            .builder()?
            .with_row_groups(self.row_groups(predicate)?)
            .with_projection(ProjectionMask::columns(schema, [predicate.column]))
            .with_row_filter(RowFilter::new(vec![Box::new(filter)]))
            .build()?;
        let mut count = 0;
        for batch in reader {
            count += batch?.num_rows();
        }
        Ok(count)
    }
}

fn inputs(folder: &Path) -> Result<Vec<Input>> {
    let mut found = Vec::new();
    for day in fs::read_dir(folder)? {
        let day = day?;
        let name = day.file_name().into_string().expect("a name in ASCII");
        let Some(date) = name.strip_prefix("dt=") else { continue };
        for file in fs::read_dir(day.path())? {
            let path = file?.path();
            if path.extension().is_none_or(|extension| extension != "parquet") {
                continue;
            }
            let metadata = ArrowReaderMetadata::load(&File::open(&path)?, Default::default())?;
            found.push(Input { day: date.to_owned(), path, metadata });
        }
    }
    Ok(found)
}

fn entries(column: &ArrayRef, row: usize) -> Json {
    if let Some(text) = column.as_string_opt::<i32>() {
        return json!(text.value(row));
    }
    let map = column.as_map().value(row);
    let (keys, values) = (map.column(0).as_string::<i32>(), map.column(1).as_string::<i32>());
    (0..map.len()).map(|entry| json!({"key": keys.value(entry), "value": values.value(entry)})).collect()
}

fn decimal(digits: i128) -> String {
    let sign = if digits < 0 { "-" } else { "" };
    let size = digits.unsigned_abs();
    format!("{sign}{}.{:06}", size / 1_000_000, size % 1_000_000)
}

/// Values of the flat columns, column by column, and the rows as JSON.
fn read(inputs: &[Input]) -> Result<(Vec<Vec<Value>>, Vec<Json>)> {
    let mut values = vec![Vec::new(); FLAT.len()];
    let mut rows = Vec::new();
    for input in inputs {
        for batch in input.builder()?.build()? {
            let batch = batch?;
            let column = |name: &str| batch.column_by_name(name).expect("the column is there");
            for row in 0..batch.num_rows() {
                let mut found = Map::new();
                found.insert("dt".into(), json!(input.day));
                for (index, name) in FLAT.iter().enumerate() {
                    let value = Value::at(column(name), row);
                    let text = match &value {
                        Value::Text(text) => text.clone(),
                        Value::Time(time) => (i128::from(*time) * 1000).to_string(),
                        Value::Decimal(digits) => decimal(*digits),
                    };
                    found.insert((*name).into(), json!(text));
                    values[index].push(value);
                }
                for name in MAPS {
                    found.insert(name.into(), entries(column(name), row));
                }
                rows.push(Json::Object(found));
            }
        }
    }
    Ok((values, rows))
}

fn count(inputs: &[Input], predicate: &Predicate) -> Result<usize> {
    inputs.iter().map(|input| input.count(predicate)).sum()
}

fn questions(inputs: &[Input]) -> Result<Map<String, Json>> {
    let rows_of = |of: &dyn Fn(&Input) -> bool| -> i64 {
        let files = inputs.iter().filter(|input| of(input));
        files.map(|input| input.metadata.metadata().file_metadata().num_rows()).sum()
    };
    let mut answers = Map::new();
    answers.insert("all".into(), json!(rows_of(&|_| true)));
    answers.insert("day".into(), json!(rows_of(&|input| input.day == "2023-01-02")));
    let text = |text: &str| Value::Text(text.to_owned());
    for (name, column, op, value) in [
        ("from", "ts", Op::AtLeast, Value::Time(NOON2)),
        ("until", "ts", Op::Less, Value::Time(NOON1)),
        ("negative", "metric_value", Op::Less, Value::Decimal(0)),
        ("exact", "metric_value", Op::Equal, Value::Decimal(123_456_789_012_345_678_123_456)),
        ("large", "metric_value", Op::Greater, Value::Decimal(1_000_000_500_000)),
        ("purchase", "event_key", Op::Equal, text("purchase")),
        ("after", "event_key", Op::Greater, text("p")),
    ] {
        answers.insert(name.into(), json!(count(inputs, &Predicate::new(column, op, value))?));
    }
    Ok(answers)
}

/// Holds counts by pushed-down predicates against the values that were read without any.
fn probe(inputs: &[Input], values: &[Vec<Value>]) -> Result<(usize, Vec<String>)> {
    let groups: usize = inputs.iter().map(|input| input.metadata.metadata().num_row_groups()).sum();
    // Each predicate opens the row groups that it cannot rule out.
    let samples = if groups > 1000 { 1 } else { 8 };
    let (mut tried, mut wrong) = (0, Vec::new());
    for (index, column) in FLAT.into_iter().enumerate() {
        let mut sorted = values[index].clone();
        sorted.sort();
        sorted.dedup();
        let last = sorted.len() - 1;
        for sample in 0..=samples {
            let value = sorted[last * sample / samples].clone();
            for op in [Op::Equal, Op::Less, Op::Greater] {
                let predicate = Predicate::new(column, op, value.clone());
                let expected = values[index].iter().filter(|value| predicate.holds(value)).count();
                let found = count(inputs, &predicate)?;
                tried += 1;
                if found != expected {
                    wrong.push(format!("{predicate:?}: {found} rows, not {expected}"));
                }
            }
        }
    }
    Ok((tried, wrong))
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut result = BufWriter::new(File::create(arguments.next().expect("RESULT"))?);
    for folder in arguments {
        let inputs = inputs(Path::new(&folder))?;
        let (values, rows) = read(&inputs)?;
        let answers = questions(&inputs)?;
        let (probes, wrong) = probe(&inputs, &values)?;
        let line = json!({"rows": rows, "answers": answers, "probes": probes, "wrong": wrong});
        writeln!(result, "{line}")?;
    }
    Ok(())
}
