package dev.filip.spark;

import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Spark in this JVM, with two slots. */
final class LocalSpark {
  private LocalSpark() {}

  static JavaSparkContext start(String name) {
    return start(name, 1);
  }

  /**
   * @param tries of a task at most
   */
  static JavaSparkContext start(String name, int tries) {
    SparkConf conf =
        new SparkConf()
            .setMaster("local[2," + tries + "]")
            .setAppName(name)
            .set("spark.ui.enabled", "false")
            .set("spark.driver.host", "127.0.0.1")
            .set("spark.driver.bindAddress", "127.0.0.1");
    JavaSparkContext spark = new JavaSparkContext(conf);
    spark.setLogLevel("OFF");
    return spark;
  }
}
