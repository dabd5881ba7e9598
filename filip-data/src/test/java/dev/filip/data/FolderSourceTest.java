package dev.filip.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderSourceTest {
  private static final byte[] GIF =
      Base64.getDecoder().decode("R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=");

  @TempDir Path temp;
  Path folder;

  @BeforeEach
  void make() throws IOException {
    folder = Files.createDirectory(temp.resolve("set"));
  }

  private void image(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, GIF);
  }

  private void text(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  private void link(String name, String to) throws IOException {
    Path link = folder.resolve(name);
    Files.createDirectories(link.getParent());
    Files.createSymbolicLink(link, Path.of(to));
  }

  private static SampleSource open(Object spec) {
    return Sources.open(spec.toString(), SourceOptions.DEFAULT);
  }

  private static List<String> keys(SampleSource source) throws IOException {
    List<String> keys = new ArrayList<>();
    for (long i = 0; i < source.size(); i++) {
      keys.add(source.text(i).key());
    }
    return keys;
  }

  private static List<Integer> labels(SampleSource source) throws IOException {
    List<Integer> labels = new ArrayList<>();
    for (long i = 0; i < source.size(); i++) {
      labels.add(source.text(i).label());
    }
    return labels;
  }

  @Test
  void linksOfFoldersAndFilesAreFollowed() throws IOException {
    image("../real/cat/a.gif");
    image("../real/dog/b.gif");
    image("ant/c.gif");
    link("cat", "../real/cat");
    link("dog/x.gif", "../../real/dog/b.gif");
    SampleSource source = open(folder);
    assertThat(source.classNames()).containsExactly("ant", "cat", "dog");
    assertThat(keys(source)).containsExactly("ant/c", "cat/a", "dog/x");
    assertThat(source.read(1).image()).isEqualTo(GIF);
    Path root = Files.createSymbolicLink(temp.resolve("root"), folder);
    assertThat(keys(open(root))).isEqualTo(keys(source));
    assertThat(keys(open(root + "/"))).isEqualTo(keys(source));
    assertThat(labels(open(root))).containsExactly(0, 1, 2);
    assertThat(open(root).fingerprint()).isEqualTo(source.fingerprint());
    assertThat(source.describe()).endsWith("3 class folders");
  }

  @Test
  void linksToFoldersAboveAreNotEnteredAgain() throws IOException {
    image("cat/a.gif");
    image("dog/b.gif");
    link("cat/up", "..");
    link("cat/self", ".");
    link("dog/cat", "../cat");
    link("round", "round");
    SampleSource source = open(folder);
    assertThat(keys(source)).containsExactly("cat/a", "dog/b", "dog/cat/a");
    assertThat(source.classNames()).containsExactly("cat", "dog");
  }

  @Test
  void linksToNothingAreCountedOrSaid() throws IOException {
    image("cat/a.gif");
    image("dog/b.gif");
    link("cat/gone.jpg", "nowhere");
    link("ant", "nowhere");
    SampleSource source = open(folder);
    assertThat(source.describe()).endsWith("2 class folders, 1 links to nothing, such as ant");
    Inspect result = Inspect.of(source, null);
    assertThat(result.samples()).isEqualTo(3);
    assertThat(result.unreadable()).isEqualTo(Map.of("no such file", 1));
    assertThat(source.fingerprint()).isNotEqualTo(source.shape());
  }

  @Test
  void hiddenFoldersAndFilesAreLeftOut() throws IOException {
    image("cat/a.gif");
    image("dog/b.gif");
    image("dog/.c.gif");
    image(".ipynb_checkpoints/a-checkpoint.gif");
    image("dog/.trash/c.gif");
    link(".cat", "cat");
    SampleSource source = open(folder);
    assertThat(source.classNames()).containsExactly("cat", "dog");
    assertThat(keys(source)).containsExactly("cat/a", "dog/b");
    folder = Files.createDirectory(temp.resolve(".set"));
    image("a.gif");
    assertThat(keys(open(folder))).containsExactly("a"); // named by the user
  }

  @Test
  void strayFilesKeepTheLabels() throws IOException {
    image("cat/a.gif");
    image("dog/b.gif");
    image("dog/c.gif");
    text("README.md", "no image");
    image("logo.gif");
    text("dog/b.txt", "a dog");
    SampleSource source = open(folder);
    assertThat(source.classNames()).containsExactly("cat", "dog");
    assertThat(keys(source)).containsExactly("cat/a", "dog/b", "dog/c", "logo");
    assertThat(labels(source)).containsExactly(0, 1, 1, -1);
    assertThat(source.text(1).captions()).containsExactly("a dog");
    assertThat(source.describe())
        .contains("2 class folders, 1 beside them without a class, 1 with a .txt beside");
  }

  @Test
  void picturesWithTextsOrMostlyBesideTheFoldersHaveNoClasses() throws IOException {
    image("cat/a.gif");
    image("dog/b.gif");
    text("cat/a.txt", "a cat");
    assertThat(open(folder).classNames()).isEmpty();
    assertThat(open(folder).describe()).endsWith("set, 1 with a .txt beside");
    Files.delete(folder.resolve("cat/a.txt"));
    assertThat(open(folder).classNames()).containsExactly("cat", "dog");
    image("c.gif");
    image("d.gif");
    assertThat(open(folder).classNames()).isEmpty();
  }

  @Test
  void manyClassesAreNumberedInTheirOrder() throws IOException {
    for (int i = 0; i < 60; i++) {
      image("k" + i + "/a.gif");
    }
    SampleSource source = open(folder);
    List<String> names = source.classNames();
    assertThat(names).isSorted().hasSize(60);
    for (int i = 0; i < 60; i++) {
      Sample.Text text = source.text(i);
      assertThat(names.get(text.label()) + "/a").isEqualTo(text.key());
    }
  }

  @Test
  void allEndingsOfReadKindsAreSeenAndOthersCounted() throws IOException {
    for (String name : List.of("a.jfif", "b.jpe", "c.JPEG", "d.bmp")) {
      image(name);
    }
    Files.write(folder.resolve("c.heic"), bytes("\0\0\0\30ftypheic\0\0\0\0mif1heic"));
    Files.write(folder.resolve("e.avif"), bytes("\0\0\0\40ftypavif\0\0\0\0avifmif1"));
    Files.write(folder.resolve("f.tif"), bytes("II*\0\10\0\0\0"));
    Files.write(folder.resolve("g.TIFF"), bytes("MM\0*\0\0\0\10"));
    SampleSource source = open(folder);
    assertThat(keys(source))
        .containsExactly("a", "b", "c", "c.heic", "d", "e.avif", "f.tif", "g.TIFF");
    Inspect result = Inspect.of(source, null);
    assertThat(result.unreadable())
        .isEqualTo(Map.of("heic is not read", 1, "avif is not read", 1, "tiff is not read", 2));
    assertThat(result.kinds()).isEqualTo(Map.of("gif", 4));
    assertThat(result.examples().getFirst())
        .isEqualTo("c.heic: heic is not read: only JPEG, PNG, WebP, GIF and BMP are");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void ofShardMembersReadableKindsGoFirst() throws IOException {
    try (ShardWriter writer = new ShardWriter(folder, 9)) {
      writer.add("a", Map.of("avif", bytes("x"), "png", GIF));
      writer.add("b", Map.of("jpg", GIF, "heic", bytes("x"), "png", bytes("y")));
      writer.add("c", Map.of("heic", bytes("\0\0\0\30ftypheic\0\0\0\0")));
      writer.add("d", Map.of("jfif", GIF));
    }
    SampleSource source = open(folder);
    assertThat(keys(source)).containsExactly("a", "b", "c", "d");
    for (int i : List.of(0, 1, 3)) {
      assertThat(source.read(i).image()).isEqualTo(GIF);
    }
    assertThat(Inspect.of(source, null).unreadable()).isEqualTo(Map.of("heic is not read", 1));
    source.close();
  }

  @Test
  void whatExistsIsTakenByItsName() throws IOException {
    for (String name : List.of("br{a,b}ce", "a::b", "n{1..2}", "x::{y,z}")) {
      image(name + "/k.gif");
      assertThat(keys(open(folder.resolve(name)))).as(name).containsExactly("k");
    }
    for (String name : List.of("tars{a,b}", "tars::c")) {
      for (int i : IntStream.range(0, 2).toArray()) {
        try (ShardWriter writer = new ShardWriter(folder.resolve(name + "/" + i), 9)) {
          writer.add("k" + i, Map.of("gif", GIF));
        }
      }
      Path shards = folder.resolve(name);
      assertThat(keys(open(shards + "/{0,1}/000000.tar"))).containsExactly("k0", "k1");
      assertThat(keys(open(shards + "/{0..1}/000000.tar"))).containsExactly("k0", "k1");
      assertThat(keys(open(shards + "/1/000000.tar"))).containsExactly("k1");
    }
    String both = folder + "/tars{a,b}/0::" + folder + "/tars{a,b}/1/000000.tar";
    assertThat(keys(open(both))).containsExactly("k0", "k1");
    for (String spec : List.of("", " ", "::", "a.tar::", "::a.tar")) {
      assertThatThrownBy(() -> open(spec)).isInstanceOf(BadInput.class).hasMessageContaining("\"");
    }
  }
}
