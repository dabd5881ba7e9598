package dev.filip.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The order in which a run's commands are started; the commands are real processes. */
class SparkCurateTest {
  private static JavaSparkContext spark;
  @TempDir Path temp;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start("curate");
  }

  @AfterAll
  static void stop() {
    spark.close();
  }

  private List<String> command(String script) throws Exception {
    return List.of("sh", "-c", script, "sh", temp.resolve("log").toString());
  }

  @Test
  void allSharesAreJudgedThenEncodedThenScoredThenWrittenThenTheRunIsFinished() throws Exception {
    int code = SparkCurate.run(spark, 3, command("log=$1; shift; echo \"${*:-finish}\" >> $log"));
    assertThat(code).isZero();
    List<String> lines = Files.readAllLines(temp.resolve("log"));
    assertThat(lines.subList(0, 3))
        .containsExactlyInAnyOrder("--judge 0/3", "--judge 1/3", "--judge 2/3");
    assertThat(lines.subList(3, 6))
        .containsExactlyInAnyOrder("--encode 0/3", "--encode 1/3", "--encode 2/3");
    assertThat(lines.subList(6, 9))
        .containsExactlyInAnyOrder("--score 0/3", "--score 1/3", "--score 2/3");
    assertThat(lines.subList(9, 12))
        .containsExactlyInAnyOrder("--write 0/3", "--write 1/3", "--write 2/3");
    assertThat(lines.subList(12, lines.size())).containsExactly("finish");
  }

  @Test
  void aShareThatFailsEndsTheRunWithItsLastLine() throws Exception {
    List<String> command =
        command("echo \"$2 $3\" >> $1; echo working; echo \"filip: no $3\"; [ $3 != 1/2 ]");
    assertThatThrownBy(() -> SparkCurate.run(spark, 2, command))
        .hasMessageContaining("judge 1/2 ended with exit code 1: filip: no 1/2");
    assertThat(Files.readString(temp.resolve("log")))
        .doesNotContain("--encode", "--score", "--write");
  }

  @Test
  void theExitCodeIsThatOfTheLastCommand() throws Exception {
    assertThat(SparkCurate.run(spark, 1, command("[ $# != 1 ] || exit 2"))).isEqualTo(2);
  }
}
