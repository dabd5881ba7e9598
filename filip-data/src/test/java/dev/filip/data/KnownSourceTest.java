package dev.filip.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.data.known.FakeSets;
import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code NAME:PATH#SPLIT} as a source. */
class KnownSourceTest {
  @TempDir Path folder;

  private SampleSource open(String spec) {
    return Sources.open(spec, SourceOptions.DEFAULT);
  }

  private static Origin origin(SampleSource source) {
    return Objects.requireNonNull(source.origin());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "imagenet",
        "cifar10",
        "cifar100",
        "caltech101",
        "cars",
        "flowers102",
        "food101",
        "sun397",
        "dtd",
        "aircraft",
        "pets",
        "eurosat",
        "coco",
        "flickr30k"
      })
  void everySampleOfAMadeSetCanBeRead(String name) throws IOException {
    FakeSets.make(name, folder);
    SampleSource source = open(name + ":" + folder);
    Inspect found = Inspect.of(source, null);
    assertThat(found.samples()).isPositive();
    assertThat(found.unreadable()).isEmpty();
    assertThat(source.describe()).contains(name, "expected ");
    assertThat(source.fingerprint()).isEqualTo(open(name + ":" + folder).fingerprint());
    for (long i = 0; i < source.size(); i++) {
      assertThat(source.text(i).label()).isLessThan(Math.max(1, source.classNames().size()));
    }
  }

  @Test
  void aSplitIsNamedBehindTheHashOrBeside() throws IOException {
    FakeSets.make("pets", folder);
    SampleSource behind = open("pets:" + folder + "#trainval");
    SampleSource beside = Sources.open("pets:" + folder, SourceOptions.DEFAULT.ofSplit("trainval"));
    assertThat(origin(behind)).isEqualTo(origin(beside));
    assertThat(origin(open("pets:" + folder)).split()).isEqualTo("test");
    SampleSource trained = Sources.open("pets:" + folder, SourceOptions.DEFAULT.forTraining());
    assertThat(origin(trained).split()).isEqualTo("trainval");
    assertThatThrownBy(() ->
            Sources.open("pets:" + folder + "#test", SourceOptions.DEFAULT.ofSplit("trainval")))
        .hasMessageContaining("split must be named once, got trainval beside #test");
    assertThatThrownBy(() -> open("pets:" + folder + "#val"))
        .isInstanceOf(BadInput.class)
        .hasMessage("split of pets must be one of trainval, test, got val");
    assertThatThrownBy(() -> open("pets:")).hasMessageContaining("source must be pets:PATH");
    assertThatThrownBy(() -> open("pets:" + folder.resolve("none")))
        .hasMessageContaining("pets path must be an existing folder");
  }

  @Test
  void theWholeTextWinsWhereItIsAFile() throws IOException {
    Path odd = Files.createDirectories(folder.resolve("a#b"));
    FakeSets.make("eurosat", odd);
    assertThat(origin(open("eurosat:" + odd)).split()).isEqualTo("test");
    assertThat(origin(open("eurosat:" + odd + "#all")).split()).isEqualTo("all");
    assertThat(SourceName.of("cifar11:/data", null).dataset()).isNull();
    assertThat(SourceName.of("C:\\data#x", null).place()).isEqualTo("C:\\data#x");
    assertThat(SourceName.of("s3://cifar10:a/b#c", null).place()).isEqualTo("s3://cifar10:a/b#c");
    assertThat(SourceName.of("coco:~/x", null).place()).startsWith(System.getProperty("user.home"));
  }

  @Test
  void aSplitOfAPlainFolderIsItsSubFolder() throws IOException {
    FakeSets.make("imagenet", folder);
    SampleSource val = open(folder + "#val");
    assertThat(val.size()).isEqualTo(6);
    assertThat(val.origin()).isNull();
    assertThatThrownBy(() -> open(folder + "#test"))
        .hasMessageContaining("split must be a folder in " + folder + ": one of train, val");
  }

  @Test
  void theInnerFolderHasTheSameFingerprint() throws IOException {
    FakeSets.make("food101", folder);
    String whole = open("food101:" + folder).fingerprint();
    assertThat(open("food101:" + folder.resolve("food-101")).fingerprint()).isEqualTo(whole);
    FakeSets.make("dtd", folder);
    assertThat(open("dtd:" + folder + "#test2").fingerprint())
        .isNotEqualTo(open("dtd:" + folder + "#test1").fingerprint());
  }

  @Test
  void aMissingImageIsAnUnreadableSampleAndTheRestIsRead() throws IOException {
    FakeSets.make("pets", folder);
    FakeSets.without(folder, "oxford-iiit-pet/images/american_bulldog_4.jpg");
    SampleSource source = open("pets:" + folder);
    Inspect found = Inspect.of(source, null);
    assertThat(found.unreadable()).containsEntry("no such file", 1);
    assertThat(found.samples()).isEqualTo(4);
    FakeSets.make("cc12m", folder);
    assertThatThrownBy(() -> open("cc12m:" + folder).read(0))
        .isInstanceOfSatisfying(
            UnreadableSample.class, e -> assertThat(e.reason()).isEqualTo("not downloaded"));
    assertThat(
            Objects.requireNonNull(open("cc12m:" + folder).text(1).metadata()).path("url").asText())
        .isEqualTo("http://example.org/2");
  }

  private void shards(Path split, String[] extra, int count, int from) throws IOException {
    Files.createDirectories(split);
    for (int shard = 0; shard < count; shard++) {
      Tars.write(split.resolve(shard + ".tar"), "s%07d".formatted(from + shard), extra);
    }
  }

  @Test
  void clipBenchmarksLayoutIsReadByTheSameName() throws IOException {
    shards(folder.resolve("test"), new String[] {"cls", "1"}, 3, 0);
    Files.writeString(folder.resolve("test/nshards.txt"), "2\n");
    Files.writeString(folder.resolve("classnames.txt"), "apple pie\nwaffles\n");
    SampleSource source = open("food101:" + folder);
    assertThat(origin(source).title()).isEqualTo("food101 test");
    assertThat(source.size()).isEqualTo(2);
    assertThat(source.text(1).key()).isEqualTo("s0000001");
    assertThat(source.text(1).label()).isEqualTo(1);
    assertThat(source.classNames()).containsExactly("apple pie", "waffles");
    assertThat(open("food101:" + folder.resolve("test")).size()).isEqualTo(2);
    assertThat(origin(open("imagenet:" + folder + "#val")).split()).isEqualTo("test");
    assertThat(origin(open("dtd:" + folder)).split()).isEqualTo("test");
    assertThat(open(folder.resolve("test").toString()).size()).isEqualTo(2);
    assertThatThrownBy(() -> open("food101:" + folder + "#train"))
        .hasMessageContaining("split of food101 must be one of test, got train");
    Files.writeString(folder.resolve("test/nshards.txt"), "4\n");
    assertThatThrownBy(() -> open("food101:" + folder)).hasMessageContaining("3.tar");
    Files.writeString(folder.resolve("test/nshards.txt"), "many\n");
    assertThatThrownBy(() -> open("food101:" + folder))
        .hasMessageContaining("must be a number of shards, got many");
  }

  @Test
  void aRetrievalSetOfClipBenchmarkHasACaptionALine() throws IOException {
    shards(folder.resolve("test"), new String[] {"txt", "A dog.\nTwo\\nlines."}, 1, 0);
    Files.writeString(folder.resolve("test/nshards.txt"), "1\n");
    Files.writeString(folder.resolve("dataset_type.txt"), "retrieval\n");
    assertThat(open("flickr30k:" + folder).text(0).captions())
        .containsExactly("A dog.", "Two\\nlines.");
    Files.writeString(folder.resolve("dataset_type.txt"), "multilabel\n");
    assertThatThrownBy(() -> open("flickr30k:" + folder)).hasMessageContaining("multilabel");
  }

  @Test
  void whatImg2datasetWrote() throws IOException {
    Path tars = Files.createDirectories(folder.resolve("tars"));
    for (int shard = 0; shard < 2; shard++) {
      String key = "0000%d0001".formatted(shard);
      Tars.write(
          tars.resolve("0000" + shard + ".tar"),
          key,
          new String[] {
            "txt", "a cat", "json", "{\"url\": \"http://example.org/1\", \"key\": \"" + key + "\"}"
          });
      Files.writeString(
          tars.resolve("0000" + shard + "_stats.json"), "{\"count\": 3, \"successes\": 1}");
    }
    SampleSource source = open("img2dataset:" + tars);
    assertThat(source.size()).isEqualTo(2);
    assertThat(source.text(1).key()).isEqualTo("000010001");
    assertThat(origin(source).notes()).containsExactly("4 of 6 downloads failed");
    assertThat(Objects.requireNonNull(source.text(1).metadata()).path("url").asText())
        .isEqualTo("http://example.org/1");
    Path files = Files.createDirectories(folder.resolve("files/00000"));
    Files.write(files.resolve("000000000.jpg"), MadeSource.png(2));
    Files.writeString(files.resolve("000000000.txt"), "a dog");
    Files.writeString(folder.resolve("files/00000.parquet"), "never opened");
    SampleSource loose = open("img2dataset:" + folder.resolve("files"));
    assertThat(loose.text(0).captions()).containsExactly("a dog");
    assertThat(loose.text(0).label()).isEqualTo(-1);
    assertThatThrownBy(() -> open("img2dataset:" + tars + "#train")).isInstanceOf(BadInput.class);
    List<String> keys = new ArrayList<>();
    keys.add(loose.text(0).key());
    assertThat(keys).containsExactly("00000/000000000");
  }
}
