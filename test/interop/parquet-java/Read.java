import java.io.IOException;
import java.io.Writer;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.Dictionary;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.DictionaryPageReadStore;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.filter2.compat.FilterCompat;
import org.apache.parquet.filter2.predicate.FilterApi;
import org.apache.parquet.filter2.predicate.FilterPredicate;
import org.apache.parquet.filter2.predicate.Operators.BinaryColumn;
import org.apache.parquet.filter2.predicate.Operators.LongColumn;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * Reads output folders with parquet-java and writes down what it finds, exactly.
 *
 * <p>Usage: Read RESULT FOLDER...
 *
 * <p>RESULT gets one line of JSON for each folder: every row, the answers to a few questions that readers answer with
 * the help of statistics and dictionaries, and what was wrong with predicates, statistics and dictionaries.
 */
public final class Read {
  private static final List<String> FLAT = List.of("insert_id", "event_key", "ts", "metric_value");
  private static final List<String> MAPS =
      List.of("identifiers", "event_properties", "user_properties", "platform_properties");
  /** The most bytes of a text in a column chunk that has statistics. */
  private static final int STATISTICS_BYTES = 224;
  private static final int DECIMAL_BYTES = 11;

  public static void main(String[] arguments) throws IOException {
    try (Writer result = Files.newBufferedWriter(Path.of(arguments[0]))) {
      for (String folder : Arrays.asList(arguments).subList(1, arguments.length)) {
        result.write(json(new Output(Path.of(folder)).found()));
        result.write('\n');
      }
    }
  }

  /** A file whose footer is read once. */
  private record Input(String day, Path path, ParquetMetadata footer) {
    static Input of(Path path) {
      try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(path), options().build())) {
        return new Input(path.getParent().getFileName().toString().substring(3), path, reader.getFooter());
      } catch (IOException error) {
        throw new IllegalStateException(path.toString(), error);
      }
    }

    MessageType schema() {
      return footer.getFileMetaData().getSchema();
    }

    ParquetFileReader open(ParquetReadOptions options) throws IOException {
      LocalInputFile file = new LocalInputFile(path);
      return ParquetFileReader.open(file, footer, options, file.newStream());
    }

    /** Counts rows with everything by which parquet-java skips: statistics, dictionaries, page indexes, values. */
    long count(String column, FilterPredicate predicate) throws IOException {
      FilterCompat.Filter filter = FilterCompat.get(predicate);
      ParquetReadOptions options =
          options()
              .withRecordFilter(filter)
              .useStatsFilter(true)
              .useDictionaryFilter(true)
              .useColumnIndexFilter(true)
              .useBloomFilter(true)
              .useRecordFilter(true)
              .build();
      MessageType projection = new MessageType("row", schema().getType(column));
      long count = 0;
      try (ParquetFileReader reader = open(options)) {
        reader.setRequestedSchema(projection);
        for (PageReadStore pages; (pages = reader.readNextFilteredRowGroup()) != null; ) {
          RecordReader<Group> rows =
              new ColumnIOFactory()
                  .getColumnIO(projection)
                  .getRecordReader(pages, new GroupRecordConverter(projection), filter);
          for (long row = 0; row < pages.getRowCount(); row++) {
            if (rows.read() != null && !rows.shouldSkipCurrentRecord()) count++;
          }
        }
      }
      return count;
    }
  }

  private static ParquetReadOptions.Builder options() {
    return ParquetReadOptions.builder(new PlainParquetConfiguration()).usePageChecksumVerification(true);
  }

  private static final class Output {
    private final List<Input> inputs;
    private final List<Map<String, Object>> rows = new ArrayList<>();
    /** Values of the flat columns, row by row. */
    private final Map<String, List<Comparable<?>>> values = new LinkedHashMap<>();
    /** The keys of each row's event properties. */
    private final List<Set<String>> keys = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();
    private int probes = 0;
    private int chunks = 0;

    Output(Path folder) throws IOException {
      try (Stream<Path> files = Files.walk(folder)) {
        inputs =
            files
                .filter(path -> path.toString().endsWith(".parquet"))
                .filter(path -> path.getParent().getFileName().toString().startsWith("dt="))
                .sorted()
                .map(Input::of)
                .toList();
      }
      for (String column : FLAT) values.put(column, new ArrayList<>());
    }

    Map<String, Object> found() throws IOException {
      for (Input input : inputs) {
        readRows(input);
        checkChunks(input);
      }
      Map<String, Object> answers = questions();
      probe();
      Map<String, Object> found = new LinkedHashMap<>();
      found.put("rows", rows);
      found.put("answers", answers);
      found.put("probes", probes);
      found.put("chunks", chunks);
      found.put("wrong", wrong);
      return found;
    }

    private void readRows(Input input) throws IOException {
      MessageType schema = input.schema();
      try (ParquetFileReader reader = input.open(options().build())) {
        for (PageReadStore pages; (pages = reader.readNextRowGroup()) != null; ) {
          RecordReader<Group> groups =
              new ColumnIOFactory()
                  .getColumnIO(schema)
                  .getRecordReader(pages, new GroupRecordConverter(schema), FilterCompat.NOOP);
          for (long row = 0; row < pages.getRowCount(); row++) add(input.day(), groups.read());
        }
      }
    }

    private void add(String day, Group group) {
      BigInteger digits = new BigInteger(group.getBinary("metric_value", 0).getBytes());
      long time = group.getLong("ts", 0);
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("dt", day);
      row.put("insert_id", group.getString("insert_id", 0));
      row.put("event_key", group.getString("event_key", 0));
      row.put("ts", BigInteger.valueOf(time).multiply(BigInteger.valueOf(1000)).toString());
      row.put("metric_value", new BigDecimal(digits, 6).toPlainString());
      for (String map : MAPS) row.put(map, entries(group, map));
      rows.add(row);
      values.get("insert_id").add(group.getBinary("insert_id", 0));
      values.get("event_key").add(group.getBinary("event_key", 0));
      values.get("ts").add(time);
      values.get("metric_value").add(digits);
      Set<String> names = new HashSet<>();
      Group properties = group.getGroup("event_properties", 0);
      for (int entry = 0; entry < properties.getFieldRepetitionCount(0); entry++) {
        names.add(properties.getGroup(0, entry).getString("key", 0));
      }
      keys.add(names);
    }

    private static Object entries(Group group, String map) {
      if (group.getType().getType(map).isPrimitive()) return group.getString(map, 0);
      Group entries = group.getGroup(map, 0);
      List<Map<String, Object>> found = new ArrayList<>();
      for (int entry = 0; entry < entries.getFieldRepetitionCount(0); entry++) {
        Group pair = entries.getGroup(0, entry);
        Map<String, Object> names = new LinkedHashMap<>();
        names.put("key", pair.getString("key", 0));
        names.put("value", pair.getString("value", 0));
        found.add(names);
      }
      return found;
    }

    /** Holds the statistics and the dictionary of each column chunk against its values. */
    private void checkChunks(Input input) throws IOException {
      MessageType schema = input.schema();
      String createdBy = input.footer().getFileMetaData().getCreatedBy();
      List<BlockMetaData> blocks = input.footer().getBlocks();
      try (ParquetFileReader reader = input.open(options().build())) {
        for (int block = 0; block < blocks.size(); block++) {
          ColumnReadStoreImpl store =
              new ColumnReadStoreImpl(
                  reader.readRowGroup(block), new GroupRecordConverter(schema).getRootConverter(), schema, createdBy);
          for (ColumnChunkMetaData chunk : blocks.get(block).getColumns()) {
            ColumnDescriptor column = schema.getColumnDescription(chunk.getPath().toArray());
            String place = input.path() + ", row group " + block + ", " + chunk.getPath().toDotString() + ": ";
            Values read = Values.of(store.getColumnReader(column), column);
            chunks++;
            checkStatistics(place, chunk.getStatistics(), read);
            DictionaryPageReadStore dictionaries = reader.getDictionaryReader(blocks.get(block));
            checkDictionary(place, dictionaries.readDictionaryPage(column), column, read);
          }
        }
      }
    }

    private void checkStatistics(String place, Statistics<?> written, Values read) {
      Statistics<?> exact = read.statistics();
      if (written.getNumNulls() != exact.getNumNulls()) {
        wrong.add(place + written.getNumNulls() + " nulls, not " + exact.getNumNulls());
      }
      // Statistics are optional where a text is longer; those that are there must be exact.
      boolean isLong =
          read.distinct().stream()
              .anyMatch(value -> value instanceof Binary bytes && bytes.length() > STATISTICS_BYTES);
      if (!written.hasNonNullValue() && exact.hasNonNullValue() && !isLong) {
        wrong.add(place + "statistics " + written + ", values " + exact);
      }
      if (!written.hasNonNullValue()) return;
      if (!Arrays.equals(written.getMinBytes(), exact.getMinBytes())
          || !Arrays.equals(written.getMaxBytes(), exact.getMaxBytes())) {
        wrong.add(place + "statistics " + written + ", values " + exact);
      }
    }

    private void checkDictionary(String place, DictionaryPage page, ColumnDescriptor column, Values read)
        throws IOException {
      if (page == null) return;
      Dictionary dictionary = page.getEncoding().initDictionary(column, page);
      Set<Object> entries = new HashSet<>();
      for (int id = 0; id <= dictionary.getMaxId(); id++) {
        entries.add(
            column.getPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.INT64
                ? (Object) dictionary.decodeToLong(id)
                : dictionary.decodeToBinary(id));
      }
      if (entries.isEmpty()) wrong.add(place + "an empty dictionary");
      if (entries.size() != dictionary.getMaxId() + 1) wrong.add(place + "a value is twice in the dictionary");
      if (!read.distinct().containsAll(entries)) wrong.add(place + "an entry of the dictionary is no value");
    }

    private Map<String, Object> questions() throws IOException {
      BinaryColumn key = FilterApi.binaryColumn("event_key");
      BinaryColumn metric = FilterApi.binaryColumn("metric_value");
      LongColumn ts = FilterApi.longColumn("ts");
      Map<String, Object> answers = new LinkedHashMap<>();
      answers.put("all", countRows(null));
      answers.put("day", countRows("2023-01-02"));
      answers.put("from", count("ts", FilterApi.gtEq(ts, 1_672_660_800_000L)));
      answers.put("until", count("ts", FilterApi.lt(ts, 1_672_574_400_000L)));
      answers.put("negative", count("metric_value", FilterApi.lt(metric, decimal(BigInteger.ZERO))));
      BigInteger exact = new BigInteger("123456789012345678123456");
      answers.put("exact", count("metric_value", FilterApi.eq(metric, decimal(exact))));
      BigInteger large = BigInteger.valueOf(1_000_000_500_000L);
      answers.put("large", count("metric_value", FilterApi.gt(metric, decimal(large))));
      answers.put("purchase", count("event_key", FilterApi.eq(key, Binary.fromString("purchase"))));
      answers.put("after", count("event_key", FilterApi.gt(key, Binary.fromString("p"))));
      return answers;
    }

    private long countRows(String day) {
      return inputs.stream()
          .filter(input -> day == null || input.day().equals(day))
          .flatMap(input -> input.footer().getBlocks().stream())
          .mapToLong(BlockMetaData::getRowCount)
          .sum();
    }

    private long count(String column, FilterPredicate predicate) throws IOException {
      long count = 0;
      for (Input input : inputs) count += input.count(column, predicate);
      return count;
    }

    /** Holds counts by pushed-down predicates against the values that were read without any. */
    private void probe() throws IOException {
      int groups = inputs.stream().mapToInt(input -> input.footer().getBlocks().size()).sum();
      // Each predicate opens the row groups that it cannot rule out.
      int samples = groups > 1000 ? 1 : 8;
      for (String column : FLAT) {
        for (Comparable<?> value : sample(values.get(column), samples)) probe(column, value);
      }
      List<String> names = keys.stream().flatMap(Set::stream).toList();
      BinaryColumn key = FilterApi.binaryColumn("event_properties.key_value.key");
      for (String name : sample(names, samples)) {
        FilterPredicate contains = FilterApi.contains(FilterApi.eq(key, Binary.fromString(name)));
        expect("event_properties", contains, row -> keys.get(row).contains(name));
      }
    }

    private void probe(String column, Comparable<?> value) throws IOException {
      List<Comparable<?>> all = values.get(column);
      IntPredicate equal = row -> order(all.get(row), value) == 0;
      IntPredicate less = row -> order(all.get(row), value) < 0;
      IntPredicate greater = row -> order(all.get(row), value) > 0;
      if (value instanceof Long time) {
        LongColumn ts = FilterApi.longColumn(column);
        expect(column, FilterApi.eq(ts, time), equal);
        expect(column, FilterApi.in(ts, new HashSet<>(List.of(time))), equal);
        expect(column, FilterApi.lt(ts, time), less);
        expect(column, FilterApi.gt(ts, time), greater);
      } else {
        BinaryColumn name = FilterApi.binaryColumn(column);
        Binary bytes = value instanceof BigInteger digits ? decimal(digits) : (Binary) value;
        expect(column, FilterApi.eq(name, bytes), equal);
        expect(column, FilterApi.in(name, new HashSet<>(List.of(bytes))), equal);
        expect(column, FilterApi.lt(name, bytes), less);
        expect(column, FilterApi.gt(name, bytes), greater);
      }
    }

    private void expect(String column, FilterPredicate predicate, IntPredicate holds) throws IOException {
      long expected = 0;
      for (int row = 0; row < rows.size(); row++) if (holds.test(row)) expected++;
      long found = count(column, predicate);
      probes++;
      if (found != expected) wrong.add(predicate + ": " + found + " rows, not " + expected);
    }
  }

  /** What a column chunk has: exact statistics, and the distinct values. */
  private record Values(Statistics<?> statistics, Set<Object> distinct) {
    static Values of(ColumnReader reader, ColumnDescriptor column) {
      Statistics<?> statistics = Statistics.createStats(column.getPrimitiveType());
      Set<Object> distinct = new HashSet<>();
      boolean isLong = column.getPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.INT64;
      for (long n = 0; n < reader.getTotalValueCount(); n++) {
        if (reader.getCurrentDefinitionLevel() < column.getMaxDefinitionLevel()) {
          statistics.incrementNumNulls();
        } else if (isLong) {
          statistics.updateStats(reader.getLong());
          distinct.add(reader.getLong());
        } else {
          statistics.updateStats(reader.getBinary());
          distinct.add(reader.getBinary());
        }
        reader.consume();
      }
      return new Values(statistics, distinct);
    }
  }

  /** The least and the greatest of the values, and some between. */
  private static <T> List<T> sample(List<? extends T> values, int samples) {
    TreeMap<T, Boolean> sorted = new TreeMap<>(Read::order);
    for (T value : values) sorted.put(value, true);
    List<T> distinct = new ArrayList<>(sorted.keySet());
    Set<Integer> places = new HashSet<>();
    for (int n = 0; n <= samples && !distinct.isEmpty(); n++) places.add((distinct.size() - 1) * n / samples);
    return places.stream().map(distinct::get).toList();
  }

  /** Texts are ordered by their bytes, as Parquet orders them. */
  @SuppressWarnings("unchecked")
  private static int order(Object one, Object other) {
    if (one instanceof Binary bytes) {
      return Arrays.compareUnsigned(bytes.getBytes(), ((Binary) other).getBytes());
    }
    return ((Comparable<Object>) one).compareTo(other);
  }

  private static Binary decimal(BigInteger digits) {
    byte[] bytes = new byte[DECIMAL_BYTES];
    Arrays.fill(bytes, (byte) (digits.signum() < 0 ? -1 : 0));
    byte[] least = digits.toByteArray();
    System.arraycopy(least, 0, bytes, DECIMAL_BYTES - least.length, least.length);
    return Binary.fromConstantByteArray(bytes);
  }

  private static String json(Object value) {
    StringBuilder text = new StringBuilder();
    write(text, value);
    return text.toString();
  }

  private static void write(StringBuilder text, Object value) {
    if (value instanceof Map<?, ?> map) {
      String before = "{";
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        text.append(before);
        write(text, entry.getKey());
        text.append(':');
        write(text, entry.getValue());
        before = ",";
      }
      text.append(map.isEmpty() ? "{}" : "}");
    } else if (value instanceof List<?> list) {
      String before = "";
      text.append('[');
      for (Object item : list) {
        text.append(before);
        write(text, item);
        before = ",";
      }
      text.append(']');
    } else if (value instanceof String string) {
      text.append('"');
      for (char c : string.toCharArray()) {
        if (c == '"' || c == '\\') text.append('\\').append(c);
        else if (c < ' ') text.append(String.format("\\u%04x", (int) c));
        else text.append(c);
      }
      text.append('"');
    } else {
      text.append(value);
    }
  }
}
