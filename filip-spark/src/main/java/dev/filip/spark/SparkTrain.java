package dev.filip.spark;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** The program for spark-submit: {@code SparkTrain RANKS COMMAND...}. */
public final class SparkTrain {
  private SparkTrain() {}

  /** Exit code 0 when all ranks are done; Spark's own message and 1 where one failed. */
  public static void main(String[] args) {
    if (args.length < 2 || !args[0].matches("[1-9][0-9]{0,5}")) {
      System.err.println("usage: SparkTrain RANKS COMMAND [ARGUMENT...]");
      System.exit(2);
    }
    SparkConf conf = new SparkConf().setIfMissing("spark.app.name", "filip train");
    List<String> command = Arrays.asList(args).subList(1, args.length);
    try (JavaSparkContext spark = new JavaSparkContext(conf)) {
      BarrierRanks.run(spark, Integer.parseInt(args[0]), command);
    }
  }
}
