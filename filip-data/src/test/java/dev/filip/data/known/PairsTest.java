package dev.filip.data.known;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images with captions, and tables of URLs. */
class PairsTest {
  @TempDir Path folder;

  private static List<List<String>> captions(KnownSet set) throws IOException {
    List<List<String>> captions = new ArrayList<>();
    for (int i = 0; i < set.items().size(); i++) {
      captions.add(set.items().item(i).captions());
    }
    return captions;
  }

  private static List<String> urls(KnownSet set) throws IOException {
    List<String> urls = new ArrayList<>();
    for (int i = 0; i < set.items().size(); i++) {
      urls.add(Objects.requireNonNull(set.items().item(i).url()));
    }
    return urls;
  }

  @Test
  void cocoIsInTheOrderOfItsIds() throws IOException {
    FakePairs.coco(folder);
    KnownSet val = KnownSets.open("coco", folder, "val2014");
    assertThat(KnownSetsTest.keys(val))
        .containsExactly(
            "val2014/COCO_val2014_000000000003.jpg",
            "val2014/COCO_val2014_000000000009.jpg",
            "val2014/COCO_val2014_000000000070.jpg");
    assertThat(captions(val))
        .containsExactly(List.of("A dog\nruns, fast.", "Second. "), List.of("a cat"), List.of());
    assertThat(val.items().image(0)).isNotEmpty();
    assertThat(KnownSets.open("coco", folder, "val").split()).isEqualTo("val2014");
    assertThatThrownBy(() -> KnownSets.open("coco", folder, "train2014"))
        .hasMessageContaining("looked for annotations/captions_train2014.json below " + folder);
  }

  @Test
  void karpathysSplitIsInTheOrderOfItsFile() throws IOException {
    FakePairs.coco(folder);
    KnownSet test = KnownSets.open("coco", folder, null);
    assertThat(test.split()).isEqualTo("karpathy_test");
    assertThat(KnownSetsTest.keys(test))
        .containsExactly(
            "val2014/COCO_val2014_000000000070.jpg", "val2014/COCO_val2014_000000000009.jpg");
    assertThat(captions(test)).containsExactly(List.of("x one", "x two"), List.of("c"));
    assertThat(test.notes()).containsExactly("expected 5,000 samples, found 2");
    assertThat(KnownSets.trained("coco", folder)).isEqualTo("karpathy_train");
    assertThat(KnownSetsTest.keys(KnownSets.open("coco", folder, "karpathy_train")))
        .containsExactly("train2014/COCO_train2014_000000000001.jpg");
    assertThat(
            KnownSetsTest.keys(
                KnownSets.open("coco", folder.resolve("val2014"), "karpathy_restval")))
        .containsExactly("val2014/COCO_val2014_000000000003.jpg");
    Files.move(folder.resolve("val2014"), folder.resolve("elsewhere"));
    assertThatThrownBy(() -> KnownSets.open("coco", folder, "val2014"))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("looked for val2014/ below " + folder);
  }

  @Test
  void flickrsBrokenRowIsRead() throws IOException {
    FakePairs.flickr30k(folder);
    KnownSet all = KnownSets.open("flickr30k", folder, "all");
    assertThat(KnownSetsTest.keys(all))
        .containsExactly("flickr30k-images/1000092795.jpg", "flickr30k-images/2199200615.jpg");
    assertThat(captions(all).get(1))
        .hasSize(5)
        .startsWith("Caption 0 | of 2199200615 , ok .")
        .endsWith("A dog runs across the grass .");
    KnownSet test = KnownSets.open("flickr30k", folder.resolve("flickr30k-images"), null);
    assertThat(test.split()).isEqualTo("karpathy_test");
    assertThat(captions(test)).containsExactly(List.of("A dog."));
    Files.writeString(folder.resolve("results_20130124.token"), FakePairs.token());
    assertThat(captions(KnownSets.open("flickr30k", folder, "all")))
        .containsExactly(List.of("Two men , in a garden .", "Men ."), List.of("A dog ."));
    Files.delete(folder.resolve("dataset_flickr30k.json"));
    Files.writeString(
        folder.resolve("flickr30k_test_karpathy.txt"),
        "image,caption\n1000092795.jpg,\"Two, men\n1000092795.jpg,b.jpg, c\n");
    assertThat(captions(KnownSets.open("flickr30k", folder, "karpathy_test")))
        .containsExactly(List.of("\"Two, men", "b.jpg, c"));
  }

  @Test
  void conceptualCaptionsAreTablesWithoutHeader() throws IOException {
    FakePairs.conceptualCaptions(folder);
    KnownSet train = KnownSets.open("cc3m", folder, null);
    assertThat(captions(train)).containsExactly(List.of("a \"quoted caption"), List.of("second"));
    assertThat(urls(train)).containsExactly("http://example.org/1.jpg", "http://example.org/2");
    assertThat(KnownSetsTest.keys(train)).containsExactly("0", "2");
    assertThat(train.notes())
        .containsExactly("expected 3,318,333 samples, found 2", "1 rows without a tab left out");
    assertThatThrownBy(() -> train.items().image(0)).isInstanceOf(NoSuchFileException.class);
    assertThat(urls(KnownSets.open("cc3m", folder, "val"))).containsExactly("http://example.org/v");
    assertThat(captions(KnownSets.open("cc12m", folder, null)))
        .containsExactly(List.of("one"), List.of("two, three"));
  }

  @Test
  void photosOfYahooAreDecodedAndVideosLeftOut() throws IOException {
    FakePairs.yfcc100m(folder);
    KnownSet all = KnownSets.open("yfcc100m", folder, null);
    assertThat(KnownSetsTest.keys(all)).containsExactly("100", "102", "103");
    assertThat(captions(all))
        .containsExactly(
            List.of("A nice dog", "With link & more line"),
            List.of("Café", "100% sure"),
            List.of());
    assertThat(urls(all)).contains("http://example.org/102.jpg");
    assertThat(all.notes())
        .contains("1 video rows left out", "1 rows that have not 25 columns left out");
    assertThat(all.items().image(1)).isNotEmpty();
    assertThat(all.items().bytes(0)).isEqualTo(-1);
    KnownSet subset = KnownSets.open("yfcc100m", folder, "subset");
    assertThat(KnownSetsTest.keys(subset)).containsExactly("102", "103");
  }

  /** Against reading all lines; blocks in order and back. */
  @Test
  void aTableLargerThanItsBlocksIsReadInAnyOrderPlainAndPacked() throws IOException {
    StringBuilder text = new StringBuilder("\uFEFF");
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      boolean good = i % 7 != 3;
      text.append(good ? "caption é " + i + "\thttp://example.org/" + i : i % 2 == 0 ? "" : "x")
          .append('\n');
      if (good) {
        expected.add("caption é " + i);
      }
    }
    new FakeFiles(folder).text("plain/cc.tsv", text.toString());
    Path plain = folder.resolve("plain/Train_GCC-training.tsv");
    Files.move(folder.resolve("plain/cc.tsv"), plain);
    new FakeFiles(folder)
        .bytes("packed/Train_GCC-training.tsv.bz2", FakePairs.bzip2(text.toString()));
    for (String form : List.of("plain", "packed")) {
      Items items = KnownSets.open("cc3m", folder.resolve(form), "train").items();
      assertThat(items.size()).as(form).isEqualTo(expected.size());
      for (int i = 0; i < items.size(); i++) {
        assertThat(items.item(i).captions()).containsExactly(expected.get(i));
      }
      for (int i : new int[] {700, 0, 256, 255, 512, 3, items.size() - 1}) {
        assertThat(items.item(i).captions()).as("%s %s", form, i).containsExactly(expected.get(i));
      }
    }
  }
}
