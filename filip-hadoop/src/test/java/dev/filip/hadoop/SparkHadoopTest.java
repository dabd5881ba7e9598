package dev.filip.hadoop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.data.ShardWriter;
import dev.filip.spark.SparkCurate;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A curation by Spark in local[2] over a source that Spark's Hadoop alone can read: the children
 * get jars and settings from Spark, and nothing else names them.
 */
class SparkHadoopTest {
  @TempDir Path folder;
  private JavaSparkContext spark;
  private Path rules;

  @BeforeEach
  void write() throws IOException {
    try (ShardWriter writer = new ShardWriter(folder.resolve("shards"), 100)) {
      for (int i = 0; i < 11; i++) {
        String text = i % 3 == 0 ? "stands too often" : "picture number " + i;
        writer.add(
            "s" + i, Map.of("png", picture(i), "txt", text.getBytes(StandardCharsets.UTF_8)));
      }
    }
    rules = folder.resolve("rules.yaml");
    Files.writeString(rules, "length: on\nrepetition: {max_images: 2}\nsingle_colour: on\n");
    SparkConf conf =
        new SparkConf()
            .setMaster("local[2]")
            .setAppName("hadoop")
            .set("spark.ui.enabled", "false")
            .set("spark.driver.host", "127.0.0.1")
            .set("spark.driver.bindAddress", "127.0.0.1")
            .set(
                "spark.hadoop." + DiskUnderAnotherName.SETTING,
                DiskUnderAnotherName.class.getName());
    spark = new JavaSparkContext(conf);
    spark.setLogLevel("OFF");
  }

  @AfterEach
  void stop() {
    spark.close();
  }

  private static byte[] picture(int seed) throws IOException {
    BufferedImage image = new BufferedImage(60, 50, BufferedImage.TYPE_INT_RGB);
    image.setRGB(seed, seed, seed == 5 ? Color.BLACK.getRGB() : Color.WHITE.getRGB());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "png", bytes);
    return bytes.toByteArray();
  }

  /** Its class path has no Hadoop: as the launcher does, what FILIP_HADOOP names comes after. */
  private List<String> command(String source, String out) {
    String own =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(p -> !p.contains("hadoop-client") && !p.contains("spark"))
            .reduce((a, b) -> a + File.pathSeparator + b)
            .orElseThrow();
    String script =
        "exec \"$0\" --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED"
            + " --sun-misc-unsafe-memory-access=allow -cp \"$1:$FILIP_HADOOP\""
            + " dev.filip.hadoop.CurateProcess \"$@\"";
    return List.of(
        "bash",
        "-c",
        script.replace("\"$@\"", "\"${@:2}\""),
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        own,
        source,
        rules.toString(),
        folder.resolve(out).toString());
  }

  private static Map<String, String> bytes(Path out) throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> files = Files.list(out)) {
      for (Path file : files.filter(f -> f.toString().matches(".*(tar|sizes.json)")).toList()) {
        found.put(
            file.getFileName().toString(),
            new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
      }
    }
    return found;
  }

  @Test
  void aSourceInHadoopsFileSystemGivesTheBytesOfTheOneOnDisk() throws Exception {
    Path shards = folder.resolve("shards");
    assertThat(SparkCurate.run(spark, 2, command("disk://host" + shards + "/", "there"))).isZero();
    CurateProcess.main(
        new String[] {shards.toString(), rules.toString(), folder.resolve("here").toString()});
    assertThat(bytes(folder.resolve("there")))
        .hasSizeGreaterThan(1)
        .isEqualTo(bytes(folder.resolve("here")));
  }

  @Test
  void aSourceThatIsNotThereIsOneLine() {
    assertThatThrownBy(
            () -> SparkCurate.run(spark, 1, command("disk://host" + folder + "/no.tar", "none")))
        .hasMessageContaining("judge 0/1 ended with exit code 2: filip: ")
        .hasMessageContaining("no such file");
  }
}
