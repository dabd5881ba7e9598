package dev.filip.spark;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Curation on a cluster, the program for spark-submit: {@code SparkCurate SHARES COMMAND...}. The
 * command is {@code filip curate SOURCE --rules RULES --out OUT}, there on every executor, as are
 * source, rules and OUT. Shares are judged, encoded, scored and written as the tasks of four
 * stages, each a child process; the driver's finishes the run. Where a share fails Spark tries it
 * again, and it goes on with what it made; so does the same program given again.
 */
public final class SparkCurate {
  private SparkCurate() {}

  /**
   * Makes a run.
   *
   * @param shares tasks of a stage; each reads all verdicts before it writes, so about as many as
   *     there are slots
   * @param command without {@code --judge} and the like
   * @return the exit code of the command that finished it
   */
  public static int run(JavaSparkContext spark, int shares, List<String> command)
      throws java.io.IOException, InterruptedException {
    for (String stage : List.of("--judge", "--encode", "--score", "--write")) {
      SparkParts.run(spark, shares, command, stage);
    }
    ProcessBuilder last = new ProcessBuilder(command).inheritIO();
    last.environment().putAll(HadoopVariables.of(HadoopVariables.options(spark)));
    return last.start().waitFor();
  }

  /** Exit code 0 when it is done; the failed share's message and 1 where one failed. */
  public static void main(String[] args) throws Exception {
    if (args.length < 2 || !args[0].matches("[1-9][0-9]{0,5}")) {
      System.err.println("usage: SparkCurate SHARES COMMAND [ARGUMENT...]");
      System.exit(2);
    }
    SparkConf conf = new SparkConf().setIfMissing("spark.app.name", "filip curate");
    List<String> command = Arrays.asList(args).subList(1, args.length);
    int code;
    try (JavaSparkContext spark = new JavaSparkContext(conf)) {
      code = run(spark, Integer.parseInt(args[0]), command);
    }
    System.exit(code);
  }
}
