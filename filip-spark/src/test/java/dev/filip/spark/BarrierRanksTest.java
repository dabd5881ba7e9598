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

/** A barrier stage of two tasks in one JVM; the ranks are real processes. */
class BarrierRanksTest {
  private static JavaSparkContext spark;
  @TempDir Path temp;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start("ranks");
  }

  @AfterAll
  static void stop() {
    spark.close();
  }

  @Test
  void everyRankGetsItsVariablesAndTheSamePlaceToMeet() throws Exception {
    String script =
        "echo \"$WORLD_SIZE $LOCAL_RANK $LOCAL_WORLD_SIZE $MASTER_ADDR $MASTER_PORT $1\" > "
            + temp
            + "/$RANK";
    BarrierRanks.run(spark, 2, List.of("sh", "-c", script, "sh", "an argument"));
    String first = Files.readString(temp.resolve("0")).strip();
    String second = Files.readString(temp.resolve("1")).strip();
    assertThat(first).matches("2 0 2 127.0.0.1 [0-9]{4,5} an argument");
    assertThat(second).isEqualTo(first.replaceFirst("2 0 2", "2 1 2"));
  }

  @Test
  void aRankThatFailsFailsTheStage() {
    List<String> command = List.of("sh", "-c", "[ $RANK = 0 ] || exit 3");
    assertThatThrownBy(() -> BarrierRanks.run(spark, 2, command))
        .hasMessageContaining("rank 1 ended with exit code 3");
  }

  @Test
  void ranksOfOneHostAreCountedThere() {
    List<String> hosts = List.of("a", "b", "a", "b", "b");
    assertThat(RankTask.variables(3, hosts, "7"))
        .containsEntry("RANK", "3")
        .containsEntry("WORLD_SIZE", "5")
        .containsEntry("LOCAL_RANK", "1")
        .containsEntry("LOCAL_WORLD_SIZE", "3")
        .containsEntry("MASTER_ADDR", "a");
  }
}
