package dev.filip.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two tasks at once, each tried twice at most; the parts are real processes. */
class SparkPartsTest {
  private static final Path ROOT =
      Path.of(System.getProperty("filip.root", "..")).toAbsolutePath().normalize();

  private static JavaSparkContext spark;
  @TempDir Path temp;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start("parts", 2);
  }

  @AfterAll
  static void stop() {
    spark.close();
  }

  @Test
  void everyPartIsDoneAndOneThatFailedIsTriedAgain() throws Exception {
    String script =
        "part=$(echo \"$2\" | tr / _); echo \"$1 $2\" >> "
            + temp
            + "/$part; [ $part != 1_3 ] || [ $(wc -l < "
            + temp
            + "/1_3) = 2 ]";
    SparkParts.run(spark, 3, List.of("sh", "-c", script, "sh"));
    assertThat(Files.readAllLines(temp.resolve("0_3"))).containsExactly("--part 0/3");
    assertThat(Files.readAllLines(temp.resolve("1_3"))).containsExactly("--part 1/3", "--part 1/3");
    assertThat(Files.readAllLines(temp.resolve("2_3"))).containsExactly("--part 2/3");
  }

  @Test
  void aPartThatFailsAlwaysFailsTheJob() {
    List<String> command = List.of("sh", "-c", "[ \"$2\" != 1/2 ] || exit 3", "sh");
    assertThatThrownBy(() -> SparkParts.run(spark, 2, command))
        .hasMessageContaining("part 1/2 ended with exit code 3");
  }

  /** With the jars that the launcher has gathered; without them it is skipped. */
  @Test
  void anIndexMadeBySparkIsTheOneMadeAtOnce() throws Exception {
    Path jars = ROOT.resolve("filip-app/target/lib");
    Path source = ROOT.resolve("docs/images");
    assumeTrue(hasPartCommand(jars), "filip is not built: ./filip --version does it");
    Path whole = temp.resolve("whole");
    Path index = temp.resolve("index");
    Path parts = temp.resolve("parts");
    String model = ROOT.resolve("models/collages-late").toString();
    filip(jars, "index", "create", whole.toString(), "--model", model);
    filip(jars, "index", "create", index.toString(), "--model", model);
    filip(jars, "index", "add", whole.toString(), source.toString());
    List<String> part =
        List.of("index", "part", index.toString(), source.toString(), "--out", parts.toString());
    SparkParts.run(spark, 3, command(jars, part.toArray(new String[0])));
    SparkParts.run(spark, 3, command(jars, part.toArray(new String[0]))); // made already
    filip(jars, "index", "adopt", index.toString(), parts.toString());
    assertThat(search(jars, index)).isEqualTo(search(jars, whole)).contains("\"id\"");
  }

  private static boolean hasPartCommand(Path jars) throws IOException {
    if (!Files.isDirectory(jars)) {
      return false;
    }
    try (Stream<Path> files = Files.list(jars)) {
      for (Path jar : files.filter(f -> f.toString().contains("filip-app-")).toList()) {
        try (var zip = new java.util.zip.ZipFile(jar.toFile())) {
          if (zip.getEntry("dev/filip/cli/IndexPartCommand.class") != null) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private static List<String> command(Path jars, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--add-exports=java.base/jdk.internal.module=ALL-UNNAMED",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Djava.awt.headless=true"));
    command.addAll(List.of("-cp", jars + "/*", "dev.filip.cli.Main"));
    command.addAll(List.of(arguments));
    return command;
  }

  private static String filip(Path jars, String... arguments) throws Exception {
    Process process =
        new ProcessBuilder(command(jars, arguments))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String said =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    return said;
  }

  /** All images with their scores, in bits. */
  private static String search(Path jars, Path index) throws Exception {
    String found =
        filip(jars, "search", index.toString(), "a drawing", "-k", "100", "--json", "--exact");
    return found.replaceAll("\"seconds\" : [^,]*,", "");
  }
}
