package dev.filip.spark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * The program for spark-submit that does a command in parts: {@code SparkParts PARTS COMMAND...}
 * runs {@code COMMAND... --part I/PARTS} once for each part, a task each, as many at once as there
 * are slots. A part that fails is tried again as Spark does with tasks; the command must not mind
 * being run twice for a part, also at once ({@code filip index part}).
 */
public final class SparkParts {
  private SparkParts() {}

  /** Exit code 0 when all parts are done; Spark's own message and 1 where one failed. */
  public static void main(String[] args) {
    if (args.length < 2 || !args[0].matches("[1-9][0-9]{0,5}")) {
      System.err.println("usage: SparkParts PARTS COMMAND [ARGUMENT...]");
      System.exit(2);
    }
    SparkConf conf = new SparkConf().setIfMissing("spark.app.name", "filip parts");
    List<String> command = Arrays.asList(args).subList(1, args.length);
    try (JavaSparkContext spark = new JavaSparkContext(conf)) {
      run(spark, Integer.parseInt(args[0]), command);
    }
  }

  /**
   * Runs all parts.
   *
   * @param command such as {@code ./filip index part INDEX SOURCE --out FOLDER}, there on every
   *     executor
   */
  public static void run(JavaSparkContext spark, int parts, List<String> command) {
    run(spark, parts, command, "--part");
  }

  /**
   * The same by another option.
   *
   * @param option which the command gets with {@code I/PARTS}
   */
  static void run(JavaSparkContext spark, int parts, List<String> command, String option) {
    if (parts < 1) {
      throw new IllegalArgumentException("parts must be >= 1, got " + parts);
    }
    ArrayList<String> whole = new ArrayList<>(command);
    String hadoop = HadoopVariables.options(spark);
    spark
        .parallelize(IntStream.range(0, parts).boxed().toList(), parts)
        .foreach(part -> part(whole, option, part + "/" + parts, hadoop));
  }

  private static void part(List<String> command, String option, String part, String hadoop) {
    List<String> whole = new ArrayList<>(command);
    whole.addAll(List.of(option, part));
    String name = option.substring("--".length()) + " " + part;
    new ChildCommand(name, whole, HadoopVariables.of(hadoop)).run(TaskContext.get());
  }
}
