"""Reads output folders with a Parquet reader of Python and writes down what it finds, exactly.

    readers-read.py READER RESULT FOLDER...

READER is pyarrow, polars, duckdb or chdb. RESULT gets one line of JSON for each folder: every row, and
the answers to a few questions that readers answer with the help of statistics.
"""

import datetime
import json
import sys
from decimal import Decimal

NOON1 = datetime.datetime(2023, 1, 1, 12, tzinfo=datetime.timezone.utc)
NOON2 = datetime.datetime(2023, 1, 2, 12, tzinfo=datetime.timezone.utc)
EXACT = Decimal("123456789012345678.123456")
LARGE = Decimal("1000000.500000")
MAPS = ["identifiers", "event_properties", "user_properties", "platform_properties"]
SQL_QUESTIONS = {
    "all": "true",
    "day": "dt = {day}",
    "from": "ts >= {noon2}",
    "until": "ts < {noon1}",
    "negative": "metric_value < 0",
    "exact": "metric_value = {exact}",
    "large": "metric_value > {large}",
    "purchase": "event_key = 'purchase'",
    "after": "event_key > 'p'",
}


def entries(value):
    """A map as readers give it: a text, a dictionary, pairs, or structs."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        pairs = value.items()
    else:
        pairs = [(e["key"], e["value"]) if isinstance(e, dict) else tuple(e) for e in value]
    return [{"key": key, "value": text} for key, text in pairs]


def row(values, millis):
    found = {
        "dt": str(values["dt"]),
        "insert_id": values["insert_id"],
        "event_key": values["event_key"],
        "ts": str(millis * 1000),
        "metric_value": format(Decimal(values["metric_value"]), ".6f"),
    }
    return found | {name: entries(values[name]) for name in MAPS}


def with_pyarrow(folder):
    import pyarrow.dataset as ds
    from pyarrow import compute as pc

    data = ds.dataset(folder, format="parquet", partitioning="hive")
    field = pc.field
    questions = {
        "all": None,
        "day": field("dt") == "2023-01-02",
        "from": field("ts") >= NOON2,
        "until": field("ts") < NOON1,
        "negative": field("metric_value") < Decimal("0.000000"),
        "exact": field("metric_value") == EXACT,
        "large": field("metric_value") > LARGE,
        "purchase": field("event_key") == "purchase",
        "after": field("event_key") > "p",
    }
    answers = {name: data.count_rows(filter=where) for name, where in questions.items()}
    table = data.to_table()
    millis = table.column("ts").cast("int64").to_pylist()
    values = table.drop_columns(["ts"]).to_pylist()
    return [row(*each) for each in zip(values, millis)], answers


def with_polars(folder):
    import polars as pl

    data = pl.scan_parquet(folder + "/dt=*/*.parquet", hive_partitioning=True, try_parse_hive_dates=False)
    questions = {
        "all": pl.lit(True),
        "day": pl.col("dt") == "2023-01-02",
        "from": pl.col("ts") >= NOON2,
        "until": pl.col("ts") < NOON1,
        "negative": pl.col("metric_value") < 0,
        "exact": pl.col("metric_value") == pl.lit(EXACT, dtype=pl.Decimal(24, 6)),
        "large": pl.col("metric_value") > pl.lit(LARGE, dtype=pl.Decimal(24, 6)),
        "purchase": pl.col("event_key") == "purchase",
        "after": pl.col("event_key") > "p",
    }
    answers = {name: data.filter(where).select(pl.len()).collect().item() for name, where in questions.items()}
    table = data.with_columns(pl.col("ts").cast(pl.Int64).alias("millis")).drop("ts").collect()
    return [row(values, values["millis"]) for values in table.to_dicts()], answers


def with_duckdb(folder):
    import duckdb

    connection = duckdb.connect()
    connection.sql("set timezone = 'UTC'")
    data = f"read_parquet('{folder}/dt=*/*.parquet', hive_partitioning = true, hive_types_autocast = false)"
    literals = {
        "day": "'2023-01-02'",
        "noon1": "timestamptz '2023-01-01 12:00:00Z'",
        "noon2": "timestamptz '2023-01-02 12:00:00Z'",
        "exact": f"{EXACT}::decimal(24, 6)",
        "large": f"{LARGE}::decimal(24, 6)",
    }
    answers = {
        name: connection.sql(f"select count(*) from {data} where {where.format(**literals)}").fetchall()[0][0]
        for name, where in SQL_QUESTIONS.items()
    }
    rows = connection.sql(f"select * exclude ts, epoch_ms(ts) as millis from {data}")
    names = rows.columns
    found = [dict(zip(names, values)) for values in rows.fetchall()]
    return [row(values, values["millis"]) for values in found], answers


def with_chdb(folder):
    import chdb

    def query(sql):
        return chdb.query(sql, "JSONEachRow").bytes().decode("utf-8").splitlines()

    data = f"file('{folder}/dt=*/*.parquet', Parquet)"
    literals = {
        "day": "toDate('2023-01-02')",
        "noon1": "toDateTime64('2023-01-01 12:00:00', 3, 'UTC')",
        "noon2": "toDateTime64('2023-01-02 12:00:00', 3, 'UTC')",
        "exact": f"toDecimal128('{EXACT}', 6)",
        "large": f"toDecimal128('{LARGE}', 6)",
    }
    answers = {
        name: int(json.loads(query(f"select count() as n from {data} where {where.format(**literals)}")[0])["n"])
        for name, where in SQL_QUESTIONS.items()
    }
    columns = "* except (ts, metric_value), toString(metric_value) as metric_value, toUnixTimestamp64Milli(ts) as millis"
    found = map(json.loads, query(f"select {columns} from {data} settings output_format_json_quote_64bit_integers = 0"))
    return [row(values, values["millis"]) for values in found], answers


reader = {"pyarrow": with_pyarrow, "polars": with_polars, "duckdb": with_duckdb, "chdb": with_chdb}[sys.argv[1]]
with open(sys.argv[2], "w", encoding="utf-8") as result:
    for folder in sys.argv[3:]:
        rows, answers = reader(folder)
        result.write(json.dumps({"rows": rows, "answers": answers}, ensure_ascii=False) + "\n")
