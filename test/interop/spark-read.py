"""Reads output folders with Apache Spark and writes down what it finds, exactly.

    spark-read.py RESULT FOLDER...

RESULT gets one line of JSON for each folder: its schema as printSchema() shows it, every row, and the
answers to a few questions that Spark answers with the help of statistics.
"""

import json
import sys

from pyspark.sql import SparkSession

QUESTIONS = {
    "all": "true",
    "day": "dt = date'2023-01-02'",
    "from": "ts >= timestamp'2023-01-02T12:00:00Z'",
    "until": "ts < timestamp'2023-01-01T12:00:00Z'",
    "negative": "metric_value < 0",
    "exact": "metric_value = 123456789012345678.123456",
    "large": "metric_value > 1000000.5",
    "purchase": "event_key = 'purchase'",
    "after": "event_key > 'p'",
}

COLUMNS = """
    cast(dt as string) as dt,
    insert_id,
    event_key,
    cast(unix_micros(ts) as string) as ts,
    cast(metric_value as string) as metric_value,
    {identifiers} as identifiers,
    map_entries(event_properties) as event_properties,
    map_entries(user_properties) as user_properties,
    map_entries(platform_properties) as platform_properties
"""

spark = (
    SparkSession.builder.master("local[1]")
    .appName("hackle-import")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.memory", "1g")
    .config("spark.local.dir", sys.argv[1] + ".spark")
    .config("spark.sql.warehouse.dir", sys.argv[1] + ".warehouse")
    .config("spark.sql.session.timeZone", "UTC")
    # Of times before 1900 Spark 3 wants to be told which calendar wrote them: today's.
    .config("spark.sql.parquet.datetimeRebaseModeInRead", "CORRECTED")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")

with open(sys.argv[1], "w", encoding="utf-8") as result:
    for folder in sys.argv[2:]:
        frame = spark.read.parquet(folder)
        is_map = dict(frame.dtypes)["identifiers"].startswith("map")
        columns = COLUMNS.format(identifiers="map_entries(identifiers)" if is_map else "identifiers")
        frame.createOrReplaceTempView("events")
        rows = spark.sql(f"select to_json(struct(*)) from (select {columns} from events)").collect()
        found = {
            "schema": frame._jdf.schema().treeString(),
            "answers": {name: frame.filter(where).count() for name, where in QUESTIONS.items()},
            "rows": [json.loads(row[0]) for row in rows],
        }
        result.write(json.dumps(found, ensure_ascii=False) + "\n")

spark.stop()
