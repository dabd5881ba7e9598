package dev.filip.data;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Texts as other programs write them, in every kind of source. */
class ForeignTextsTest {
  @TempDir Path folder;

  private Path file(String name, String text, Charset set) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, text.getBytes(set));
  }

  private void picture(String name) throws IOException {
    Files.createDirectories(folder.resolve(name).getParent());
    Files.write(folder.resolve(name), MadeSource.png(1));
  }

  /** Members in this order: name, content, name, content ... */
  private Path tar(String name, Object... members) throws IOException {
    Path shard = folder.resolve(name);
    try (var out = new TarArchiveOutputStream(Files.newOutputStream(shard))) {
      for (int i = 0; i < members.length; i += 2) {
        byte[] content =
            members[i + 1] instanceof String text ? text.getBytes(UTF_8) : (byte[]) members[i + 1];
        var entry = new TarArchiveEntry((String) members[i]);
        entry.setSize(content.length);
        out.putArchiveEntry(entry);
        out.write(content);
        out.closeArchiveEntry();
      }
    }
    return shard;
  }

  private static SampleSource open(Path source) {
    return Sources.open(source.toString(), SourceOptions.DEFAULT);
  }

  private static void counted(SampleSource source, int index, String reason, String detail) {
    assertThatThrownBy(() -> source.text(index))
        .isInstanceOfSatisfying(
            UnreadableSample.class,
            e -> {
              assertThat(e.reason()).isEqualTo(reason);
              assertThat(e.getMessage()).contains(detail).doesNotContain("\n");
            });
  }

  @Test
  void aByteOrderMarkIsNoPartOfAnyText() throws IOException {
    picture("f/a.png");
    file("f/a.txt", "\uFEFFa cat\n\uFEFFnot there", UTF_8);
    assertThat(open(folder.resolve("f")).text(0).captions())
        .containsExactly("a cat", "\uFEFFnot there");
    picture("c/x/a.png");
    picture("c/y/a.png");
    file("c/classnames.txt", "\uFEFFcat\ndog\n", UTF_8);
    file("c/zeroshot_classification_templates.txt", "\uFEFF{} here\n", UTF_8);
    SampleSource classes = open(folder.resolve("c"));
    assertThat(classes.classNames()).containsExactly("cat", "dog");
    assertThat(classes.templates()).containsExactly("{} here");

    Path shard =
        tar("s.tar", "k.png", MadeSource.png(1), "k.txt", "\uFEFFa cat", "k.cls", "\uFEFF1");
    file("classnames.txt", "\uFEFFcat\ndog\n", UTF_8);
    SampleSource shards = open(shard);
    assertThat(shards.text(0).captions()).containsExactly("a cat");
    assertThat(shards.text(0).label()).isEqualTo(1);
    assertThat(shards.classNames()).containsExactly("cat", "dog");

    Path table = file("t.csv", "\uFEFFfilepath,title\nf/a.png,a cat\n", UTF_8);
    assertThat(open(table).text(0).captions()).containsExactly("a cat");
  }

  @Test
  void otherEncodingsAreCountedWhereASampleIsMeant() throws IOException {
    picture("f/a.png");
    picture("f/b.png");
    file("f/a.txt", "one\ncafé", ISO_8859_1);
    file("f/b.txt", "a cat", UTF_16LE);
    SampleSource source = open(folder.resolve("f"));
    counted(source, 0, "not UTF-8", "a.txt line 2 is not UTF-8 (byte 0xE9)");
    counted(source, 1, "not UTF-8", "b.txt it is UTF-16");
    assertThat(source.fingerprint()).hasSize(64);

    byte[] png = MadeSource.png(1);
    byte[] latin = "café".getBytes(ISO_8859_1);
    SampleSource shards =
        open(tar("s.tar", "k.png", png, "k.txt", latin, "l.png", png, "l.cls", latin));
    counted(shards, 0, "not UTF-8", "k: not UTF-8 (.txt in ");
    counted(shards, 1, "not UTF-8", "s.tar: line 1 is not UTF-8");
    assertThat(shards.fingerprint()).hasSize(64);
    Inspect found = Inspect.of(shards, null);
    assertThat(found.unreadable()).isEqualTo(Map.of("not UTF-8", 2));
  }

  @Test
  void otherEncodingsAreRefusedWhereAWholeListIsMeant() throws IOException {
    picture("c/x/a.png");
    picture("c/y/a.png");
    Path names = file("c/classnames.txt", "cat\ncafé\n", ISO_8859_1);
    assertThatThrownBy(() -> open(folder.resolve("c")))
        .isInstanceOf(BadInput.class)
        .hasMessage(names + ": line 2 is not UTF-8 (byte 0xE9): save it as UTF-8");

    Path shard = tar("s.tar", "k.png", MadeSource.png(1));
    file("zeroshot_classification_templates.txt", "{} café", ISO_8859_1);
    assertThatThrownBy(() -> open(shard).templates())
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("zeroshot_classification_templates.txt: line 1 is not UTF-8");

    for (Charset set : List.of(ISO_8859_1, UTF_16LE)) {
      for (String rows : List.of("a.png,x\nb.png,café\n", "é.png,x\n")) {
        Path table = file("t.csv", "filepath,title\n" + rows, set);
        assertThatThrownBy(() -> open(table))
            .isInstanceOf(BadInput.class)
            .hasMessageNotContaining("\n")
            .hasMessageContaining("t.csv: ")
            .hasMessageContaining("not UTF-8");
      }
    }
  }

  @Test
  void numbersThatAreNoneInMetadataCostNothing() throws IOException {
    byte[] png = MadeSource.png(1);
    String json = "{\"caption\": \"a dog\", \"similarity\": NaN, \"x\": [-Infinity, Infinity]}";
    SampleSource source =
        open(
            tar(
                "s.tar", "a.png", png, "a.txt", "a cat", "a.json", json, "b.png", png, "b.json",
                json, "c.png", png, "c.txt", "a bird", "c.json", "{\"cut", "d.png", png, "d.json",
                "{\"cut", "e.png", png, "e.cls", "1", "e.json", "no"));
    assertThat(source.text(0).captions()).containsExactly("a cat");
    assertThat(source.text(0).metadata()).hasSize(3);
    assertThat(source.text(1).captions()).containsExactly("a dog");
    assertThat(source.text(2).captions()).containsExactly("a bird");
    assertThat(source.text(2).metadata()).isNull();
    counted(source, 3, "bad json", "d: bad json");
    assertThat(source.text(4).label()).isEqualTo(1);

    SampleSource named =
        Sources.open(folder.resolve("s.tar").toString(), SourceOptions.columns(null, "caption"));
    assertThat(named.text(0).captions()).containsExactly("a dog");
    counted(named, 2, "bad json", "c: bad json"); // its caption is asked for

    picture("f/a.png");
    file("f/a.txt", "a cat", UTF_8);
    file("f/a.json", "{\"x\": NaN}", UTF_8);
    picture("f/b.png");
    file("f/b.txt", "a dog", UTF_8);
    file("f/b.json", "no json", UTF_8);
    SampleSource loose = open(folder.resolve("f"));
    assertThat(loose.text(0).metadata()).hasSize(1);
    assertThat(loose.text(1).captions()).containsExactly("a dog");
  }

  /** As open_clip's group_by_keys_nothrow; webdataset itself refuses such a shard. */
  @Test
  void aNameThatIsThereTwiceIsTwoSamples() throws IOException {
    SampleSource source =
        open(
            tar(
                "s.tar",
                "a.png",
                MadeSource.png(1),
                "a.txt",
                "first",
                "a.png",
                MadeSource.png(2),
                "a.txt",
                "second",
                "b.png",
                MadeSource.png(3),
                "b.txt",
                "other",
                "a.txt",
                "third",
                "a.png",
                MadeSource.png(4)));
    assertThat(source.size()).isEqualTo(4);
    assertThat(source.read(0)).satisfies(s -> is(s, "a", "first", 1));
    assertThat(source.read(1)).satisfies(s -> is(s, "a#2", "second", 2));
    assertThat(source.read(2)).satisfies(s -> is(s, "b", "other", 3));
    assertThat(source.read(3)).satisfies(s -> is(s, "a#3", "third", 4));
  }

  private static void is(Sample sample, String key, String caption, int picture)
      throws IOException {
    assertThat(sample.key()).isEqualTo(key);
    assertThat(sample.captions()).containsExactly(caption);
    assertThat(sample.image()).isEqualTo(MadeSource.png(picture));
  }
}
