package dev.filip.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.BadInput;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourcesTest {
  @TempDir Path folder;

  private static byte[] png(int seed) throws IOException {
    BufferedImage image = new BufferedImage(6 + seed, 5, BufferedImage.TYPE_INT_RGB);
    image.setRGB(seed % 6, 2, 0xFF0000);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }

  private Path file(String name, byte[] content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, content);
  }

  private Path text(String name, String content) throws IOException {
    return file(name, content.getBytes(StandardCharsets.UTF_8));
  }

  private SampleSource open(Object spec) {
    return Sources.open(spec.toString(), SourceOptions.DEFAULT);
  }

  @Test
  void folderWithTextsBeside() throws IOException {
    file("b10.png", png(1));
    file("b9.JPG", png(2));
    file("sub/c.png", png(3));
    text("b9.txt", " one\r\n\ntwo ");
    text("sub/c.txt", "three");
    text("sub/c.json", "{\"boxes\":[]}");
    text("notes.md", "no image");
    SampleSource source = open(folder);
    assertThat(source.size()).isEqualTo(3);
    assertThat(source.read(0).key()).isEqualTo("b9");
    assertThat(source.read(0).captions()).containsExactly("one", "two");
    assertThat(source.read(1).captions()).isEmpty();
    assertThat(source.read(2).key()).isEqualTo("sub/c");
    assertThat(source.read(2).metadata()).hasToString("{\"boxes\":[]}");
    assertThat(source.classNames()).isEmpty();
    assertThat(source.describe()).contains("3 images").contains("2 with a .txt");
    String before = source.fingerprint();
    text("sub/c.txt", "other");
    assertThat(open(folder).fingerprint()).isNotEqualTo(before);
  }

  @Test
  void classFolders() throws IOException {
    file("dog/x.png", png(1));
    file("Cat/y.png", png(2));
    file("dog/a.png", png(3));
    text("zeroshot_classification_templates.txt", "a photo of a {c}\n");
    SampleSource source = open(folder);
    assertThat(source.classNames()).containsExactly("Cat", "dog");
    assertThat(source.templates()).containsExactly("a photo of a {c}");
    assertThat(source.read(0).label()).isEqualTo(0);
    assertThat(source.read(1).key()).isEqualTo("dog/a");
    assertThat(source.read(1).label()).isEqualTo(1);
    text("classnames.txt", "cat\nbig dog\n");
    assertThat(open(folder).classNames()).containsExactly("cat", "big dog");
    text("classnames.txt", "cat\n");
    assertThatThrownBy(() -> open(folder)).isInstanceOf(BadInput.class).hasMessageContaining("2");
  }

  @Test
  void openClipTableWithTabsQuotesAndSeveralCaptionsAnImage() throws IOException {
    file("img/a.png", png(1));
    Path table =
        text(
            "t.tsv",
            "\uFEFFfilepath\ttitle\nimg/a.png\t\"two\tparts, \"\"quoted\"\"\nand a line\"\n"
                + "img/a.png\tsecond\nbad row\ngone.png\t6\" nails\n");
    SampleSource source = open(table);
    assertThat(source.size()).isEqualTo(2);
    assertThat(source.read(0).captions())
        .containsExactly("two parts, \"quoted\" and a line", "second");
    assertThat(source.describe()).contains("tabs").contains("1 rows with missing fields");
    assertThatThrownBy(() -> source.read(1))
        .isInstanceOf(UnreadableSample.class)
        .hasMessageContaining("no such file");
  }

  @Test
  void tableKeysAreDetectedOrNamed() throws IOException {
    file("a.png", png(1));
    Path comma = text("c.csv", "image,caption,id\na.png,\"x, y\",7\n");
    assertThat(open(comma).read(0).captions()).containsExactly("x, y");
    Path flickr =
        text(
            "r.csv",
            "image_name| comment_number| comment\na.png| 0| A dog .\na.png| 4   Two dogs .\n");
    assertThat(open(flickr).read(0).captions()).containsExactly("A dog .", "Two dogs .");
    Path other = text("o.csv", "where;what\na.png;a, b\n");
    assertThat(
            Sources.open(other.toString(), SourceOptions.columns("where", "what"))
                .read(0)
                .captions())
        .containsExactly("a, b");
    assertThatThrownBy(() -> open(other))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("--image-key")
        .hasMessageContaining("where, what");
    assertThatThrownBy(() -> Sources.open(comma.toString(), SourceOptions.columns(null, "tittle")))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("--caption-key")
        .hasMessageContaining("image, caption, id");
  }

  @Test
  void parquet() throws IOException, URISyntaxException {
    file("a.png", png(1));
    for (String name : List.of("snappy", "plain")) {
      Path golden =
          Path.of(
              java.util.Objects.requireNonNull(getClass().getResource(name + ".parquet")).toURI());
      Path table = Files.copy(golden, folder.resolve(name + ".parquet"));
      SourceOptions options =
          name.equals("plain") ? SourceOptions.columns("img", "words") : SourceOptions.DEFAULT;
      SampleSource source = Sources.open(table.toString(), options);
      assertThat(source.size()).isEqualTo(3);
      assertThat(source.read(0).captions()).containsExactly("a cup", "the same cup");
      assertThat(source.describe()).contains("3 images with 3 captions").contains("Parquet");
      assertThatThrownBy(() -> source.read(1)).hasMessageContaining("sub/b.png: no such file");
    }
    Path broken = text("x.parquet", "PAR1 no");
    assertThatThrownBy(() -> open(broken))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("x.parquet");
  }

  @Test
  void clipBenchmarkLayoutAndForeignTars() throws IOException {
    Path split = folder.resolve("test");
    try (ShardWriter writer = new ShardWriter(split, 2)) {
      for (int i = 0; i < 3; i++) {
        byte[] label = Integer.toString(i % 2).getBytes(StandardCharsets.UTF_8);
        writer.add("s" + i, Map.of("webp", png(i), "cls", label));
      }
      writer.add("nothing", Map.of("txt", new byte[] {65}));
    }
    text("classnames.txt", "cat\ndog\n");
    text("zeroshot_classification_templates.txt", "a {c}\nthe {c}\n");
    SampleSource source = open(split);
    assertThat(source.classNames()).containsExactly("cat", "dog");
    assertThat(source.templates()).hasSize(2);
    assertThat(source.read(1).label()).isEqualTo(1);
    assertThat(source.describe())
        .contains("3 samples in 2 webdataset shards")
        .contains("1 without");
    assertThatThrownBy(() -> open(folder))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("the splits test");
  }

  @Test
  void keysFollowWebdatasetsRule() throws IOException {
    try (ShardWriter writer = new ShardWriter(folder.resolve("a"), 9)) {
      writer.add(
          "x/k",
          Map.of(
              "seg.png",
              png(1),
              "png",
              png(2),
              "json",
              "{\"caption\":\"c\\nd\"}".getBytes(StandardCharsets.UTF_8)));
    }
    try (ShardWriter writer = new ShardWriter(folder.resolve("b"), 9)) {
      writer.add("x/k", Map.of("png", png(3)));
    }
    SampleSource source = open(folder + "/{a,b}/000000.tar");
    assertThat(source.size()).isEqualTo(2);
    assertThat(source.read(0).image()).isEqualTo(png(2));
    assertThat(source.read(0).captions()).containsExactly("c d");
    assertThat(source.read(1).key()).isEqualTo("000000/x/k");
    SampleSource joined = open(folder.resolve("a") + "::" + folder.resolve("b"));
    assertThat(joined.size()).isEqualTo(2);
  }

  @Test
  void longAndPaxNamesOfOtherWritersAreRead() throws IOException {
    String name = "d".repeat(120) + "/" + "n".repeat(130);
    for (var mode : List.of(2, 3)) {
      Path shard = folder.resolve("m" + mode + ".tar");
      try (var out =
          new org.apache.commons.compress.archivers.tar.TarArchiveOutputStream(
              Files.newOutputStream(shard))) {
        out.setLongFileMode(mode); // GNU, POSIX
        for (String ending : List.of(".png", ".txt")) {
          var entry = new org.apache.commons.compress.archivers.tar.TarArchiveEntry(name + ending);
          byte[] content = ending.equals(".png") ? png(1) : new byte[] {'h', 'i'};
          entry.setSize(content.length);
          out.putArchiveEntry(entry);
          out.write(content);
          out.closeArchiveEntry();
        }
      }
      Sample sample = open(shard).read(0);
      assertThat(sample.key()).isEqualTo(name);
      assertThat(sample.captions()).containsExactly("hi");
      assertThat(sample.image()).isEqualTo(png(1));
    }
  }

  @Test
  void braceListsExpandAsInBash() {
    assertThat(SourceFiles.expand("a{08..11}.tar"))
        .containsExactly("a08.tar", "a09.tar", "a10.tar", "a11.tar");
    assertThat(SourceFiles.expand("{x,y}/{0..1}")).containsExactly("x/0", "y/0", "x/1", "y/1");
    assertThatThrownBy(() -> SourceFiles.expand("{5..1}")).isInstanceOf(BadInput.class);
  }

  @Test
  void wrongSourcesAreOneLineThatNamesThem() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    Path noTar = file("no.tar", new byte[2000]);
    Files.write(noTar, "this is not a tar".repeat(100).getBytes(StandardCharsets.UTF_8));
    for (Object spec :
        List.of(
            folder.resolve("absent"),
            empty,
            noTar,
            "pipe:cat x",
            folder + "/{0..2}.tar",
            text("x.zip", "z"))) {
      assertThatThrownBy(() -> open(spec))
          .isInstanceOf(BadInput.class)
          .hasMessageNotContaining("\n")
          .hasMessageContaining("source".equals(spec) ? "source" : lastPart(spec));
    }
  }

  private static String lastPart(Object spec) {
    String[] parts = spec.toString().split("[/{]");
    return parts[parts.length - 1].replace("0..2}.tar", "0.tar");
  }

  @Test
  void inspectCountsSizesReasonsAndDuplicates() throws IOException {
    file("a.png", png(1));
    text("a.txt", "red cup\nred cup");
    file("b.png", png(1));
    text("b.txt", "a");
    byte[] whole = png(3);
    file("c.png", Arrays.copyOf(whole, whole.length / 2));
    text("c.txt", "cut");
    file("d.jpg", new byte[0]);
    Inspect result = Inspect.of(open(folder), null);
    assertThat(result.samples()).isEqualTo(4);
    assertThat(result.unreadable()).containsEntry("broken png", 1).containsEntry("empty", 1);
    assertThat(result.unreadableTotal()).isEqualTo(2);
    assertThat(result.width()).isEqualTo(new Inspect.Spread(7, 7, 7, 7));
    assertThat(result.duplicateImages()).isEqualTo(1);
    assertThat(result.duplicateCaptions()).isEqualTo(1);
    assertThat(result.withoutCaption()).isEqualTo(1);
    assertThat(result.captionWords()).isEqualTo(new Inspect.Spread(1, 1, 1.5, 2));
    JsonNode json = result.toJson();
    assertThat(json.path("unreadable").intValue()).isEqualTo(2);
    assertThat(json.path("unreadable_by_reason").path("empty").intValue()).isEqualTo(1);
    assertThat(json.path("unreadable_examples")).hasSize(2);
  }
}
