package dev.filip.data.known;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Samples, labels, order and names of the twelve sets of the paper, on made-up ones. */
class KnownSetsTest {
  @TempDir Path folder;

  private KnownSet made(String name, @Nullable String split) throws IOException {
    if (!Files.exists(folder.resolve(name))) {
      FakeSets.make(name, folder.resolve(name));
    }
    return KnownSets.open(name, folder.resolve(name), split);
  }

  static List<String> keys(KnownSet set) throws IOException {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < set.items().size(); i++) {
      keys.add(set.items().item(i).key());
    }
    return keys;
  }

  static List<Integer> labels(KnownSet set) throws IOException {
    List<Integer> labels = new ArrayList<>();
    for (int i = 0; i < set.items().size(); i++) {
      labels.add(set.items().item(i).label());
    }
    return labels;
  }

  @Test
  void aClassOfImageNetIsTheRankOfItsFolder() throws IOException {
    KnownSet set = made("imagenet", "train");
    assertThat(set.rawClasses()).containsExactly("n01440764", "n01443537", "n02123045");
    assertThat(set.classes()).containsExactly("tench", "goldfish", "tabby cat");
    assertThat(labels(set)).containsExactly(0, 0, 0, 1, 1, 1, 2, 2, 2);
    assertThat(keys(set).subList(0, 3))
        .containsExactly(
            "train/n01440764/n01440764_1.JPEG",
            "train/n01440764/n01440764_10.JPEG",
            "train/n01440764/n01440764_2.JPEG");
    KnownSet val = made("imagenet", "val");
    assertThat(val.items().size()).isEqualTo(6);
    assertThat(val.notes())
        .containsExactly("expected 50,000 samples, found 6", "expected 1,000 classes, found 3");
  }

  @Test
  void flatValidationImagesHaveTheirGroundTruthFromTheDevkit() throws IOException {
    FakeSets.flatImagenet(folder);
    KnownSet set = KnownSets.open("imagenet", folder, null);
    assertThat(set.split()).isEqualTo("val");
    assertThat(keys(set).getFirst()).isEqualTo("val/ILSVRC2012_val_00000001.JPEG");
    assertThat(labels(set)).containsExactly(0, 2, 1, 3, 2, 2, 0, 1);
    assertThat(set.classes()).containsExactly("tench", "goldfish", "tabby cat", "odd thing");
    Path truth =
        folder.resolve("ILSVRC2012_devkit_t12/data/ILSVRC2012_validation_ground_truth.txt");
    Files.writeString(truth, "3\n5\n");
    assertThatThrownBy(() -> KnownSets.open("imagenet", folder, null))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("line 2 must be an ILSVRC2012_ID of meta.mat, got 5");
    Files.delete(truth);
    assertThatThrownBy(() -> KnownSets.open("imagenet", folder, null))
        .hasMessageContaining("ground_truth.txt below " + folder);
  }

  @Test
  void theBackgroundOfCaltechIsNoClass() throws IOException {
    KnownSet set = made("caltech101", "all");
    assertThat(set.rawClasses()).containsExactly("Faces", "Faces_easy", "water_lilly", "yin_yang");
    assertThat(set.classes())
        .containsExactly("off-center face", "centered face", "water lilly", "yin and yang symbol");
    assertThat(keys(set))
        .hasSize(27)
        .startsWith("caltech101/101_ObjectCategories/Faces/image_0001.jpg");
    assertThat(set.notes()).contains("expected 8,677 samples in all, found 27");
    Path base = folder.resolve("caltech101/caltech101/101_ObjectCategories");
    Files.createDirectories(base.resolve("zebra"));
    assertThat(made("caltech101", "all").notes()).contains("classes without images: zebra");
  }

  @Test
  void otherCountsAreSaidOfACopyInAnyLayout() {
    assertThat(KnownSets.otherCounts("imagenet", "val", 50_000, 1_000)).isEmpty();
    assertThat(KnownSets.otherCounts("imagenet", "val", 49_999, 999))
        .containsExactly(
            "expected 50,000 samples, found 49,999", "expected 1,000 classes, found 999");
    assertThat(KnownSets.otherCounts("eurosat", "test", 27_000, 10)).isEmpty();
  }

  @Test
  void seededSplitsShareOutEveryClassAndFollowTheKeysAlone() throws IOException {
    List<String> all = keys(made("caltech101", "all"));
    List<String> parts = new ArrayList<>();
    for (String split : List.of("train", "val", "test")) {
      KnownSet part = made("caltech101", split);
      // of 11, 5, 6 and 5: a fifth each, rounded
      assertThat(part.items().size()).isEqualTo(split.equals("train") ? 17 : 5);
      assertThat(new HashSet<>(labels(part))).isEqualTo(Set.of(0, 1, 2, 3));
      assertThat(keys(part)).isSortedAccordingTo(Comparator.comparing(all::indexOf));
      parts.addAll(keys(part));
    }
    assertThat(parts).containsExactlyInAnyOrderElementsOf(all);
    assertThat(keys(made("caltech101", "test")))
        .containsExactly(TEST_OF_CALTECH.toArray(String[]::new));
  }

  /** A split that other people have must never change. */
  private static final List<String> TEST_OF_CALTECH =
      List.of("Faces/0003", "Faces/0011", "Faces_easy/0004", "water_lilly/0004", "yin_yang/0001")
          .stream()
          .map(name -> "caltech101/101_ObjectCategories/" + name.replace("/", "/image_") + ".jpg")
          .toList();

  @Test
  void carsAreCountedFromOneInStructArrays() throws IOException {
    KnownSet set = made("cars", "test");
    assertThat(set.classes()).endsWith("Ram C/V Cargo Van").hasSize(3);
    assertThat(keys(set))
        .startsWith("stanford_cars/cars_test/00005.jpg", "stanford_cars/cars_test/00004.jpg");
    assertThat(labels(set)).containsExactly(0, 1, 2, 0, 1);
    FakeSets.without(folder, "cars/stanford_cars/cars_test_annos_withlabels.mat");
    assertThatThrownBy(() -> made("cars", "test"))
        .hasMessageContaining("looked for cars_test_annos_withlabels.mat below");
    assertThat(made("cars", "train").items().size()).isEqualTo(5);
  }

  @Test
  void flowersFollowTheOrderOfTheirLists() throws IOException {
    KnownSet set = made("flowers102", "test");
    assertThat(keys(set))
        .containsExactly(
            "flowers-102/jpg/image_00008.jpg",
            "flowers-102/jpg/image_00003.jpg",
            "flowers-102/jpg/image_00004.jpg",
            "flowers-102/jpg/image_00006.jpg");
    assertThat(labels(set)).containsExactly(98, 101, 59, 76);
    assertThat(set.classes()).hasSize(102).endsWith("blackberry lily").contains("globe flower");
    assertThat(set.rawClasses()).hasSize(102).contains("globe-flower", "pink-yellow dahlia?");
    assertThat(labels(made("flowers102", "train"))).containsExactly(15, 0);
  }

  @Test
  void foodFollowsTheOrderOfItsFile() throws IOException {
    KnownSet set = made("food101", "test");
    assertThat(keys(set))
        .startsWith("food-101/images/waffles/2.jpg", "food-101/images/waffles/1.jpg")
        .endsWith("food-101/images/crème_brûlée/3.jpg");
    assertThat(labels(set)).containsExactly(2, 2, 0, 0, 1);
    assertThat(set.rawClasses()).containsExactly("apple_pie", "crème_brûlée", "waffles");
    assertThat(set.classes()).containsExactly("Apple pie", "Crème brûlée", "Waffles");
    FakeSets.without(folder, "food101/food-101/meta/labels.txt");
    assertThat(made("food101", "test").classes()).startsWith("apple pie");
  }

  @Test
  void classesOfSunArePaths() throws IOException {
    KnownSet all = made("sun397", "all");
    assertThat(all.rawClasses())
        .containsExactly("abbey", "apartment_building/outdoor", "youth_hostel");
    assertThat(all.classes())
        .containsExactly("abbey", "apartment building outdoor", "youth hostel");
    assertThat(labels(all)).containsExactly(0, 0, 1, 1, 2, 2);
    KnownSet judged = made("sun397", null);
    assertThat(judged.split()).isEqualTo("Testing_01");
    assertThat(keys(judged))
        .containsExactly(
            "SUN397/y/youth_hostel/sun_a.jpg",
            "SUN397/a/apartment_building/outdoor/sun_b.jpg",
            "SUN397/a/abbey/sun_b.jpg");
    assertThat(labels(judged)).containsExactly(2, 1, 0);
    assertThatThrownBy(() -> made("sun397", "Testing_02"))
        .hasMessageContaining("looked for Testing_02.txt");
    assertThatThrownBy(() -> made("sun397", "Testing_11"))
        .hasMessageContaining("one of all, Training_01 to Training_10, Testing_01 to Testing_10");
  }

  @Test
  void texturesHaveTenPartitions() throws IOException {
    KnownSet set = made("dtd", "val7");
    assertThat(keys(set))
        .containsExactly(
            "dtd/dtd/images/zigzagged/zigzagged_0007.jpg",
            "dtd/dtd/images/banded/banded_0007.jpg",
            "dtd/dtd/images/polka-dotted/polka-dotted_0007.jpg");
    assertThat(labels(set)).containsExactly(2, 0, 1);
    assertThat(set.classes()).containsExactly("banded", "polka-dotted", "zigzagged");
    assertThat(made("dtd", "test").split()).isEqualTo("test1");
    assertThat(made("dtd", null).split()).isEqualTo("test1");
  }

  @Test
  void namesOfAircraftHoldSpacesAndSlashes() throws IOException {
    KnownSet set = made("aircraft", "test");
    assertThat(set.classes()).containsExactly("707-320", "F/A-18", "F-16A/B", "Cessna 172");
    assertThat(labels(set)).containsExactly(1, 3, 1, 0);
    assertThat(keys(set)).startsWith("fgvc-aircraft-2013b/data/images/0000005.jpg");
    assertThat(made("aircraft", "test/variant").split()).isEqualTo("test");
    assertThat(made("aircraft", "trainval/manufacturer").classes()).contains("McDonnell Douglas");
    assertThat(made("aircraft", "test/family").notes()).contains("expected 70 classes, found 4");
    assertThatThrownBy(() -> made("aircraft", "test/model")).hasMessageContaining("/manufacturer");
  }

  @Test
  void petsAreNamedByTheirImages() throws IOException {
    KnownSet set = made("pets", "test");
    assertThat(set.rawClasses())
        .containsExactly("Abyssinian", "american_bulldog", "american_pit_bull_terrier");
    assertThat(set.classes())
        .containsExactly("Abyssinian", "American Bulldog", "American Pit Bull Terrier");
    assertThat(labels(set)).containsExactly(2, 0, 1, 0);
    assertThat(keys(set)).startsWith("oxford-iiit-pet/images/american_pit_bull_terrier_12.jpg");
    Path list = folder.resolve("pets/oxford-iiit-pet/annotations/test.txt");
    Files.writeString(list, "american_pit_bull_terrier_12 3 2 2\n");
    assertThat(made("pets", "test").rawClasses()).startsWith("Abyssinian").hasSize(3);
  }

  @Test
  void satelliteImagesAreInPlainOrder() throws IOException {
    KnownSet set = made("eurosat", "all");
    assertThat(set.rawClasses()).containsExactly("AnnualCrop", "River", "SeaLake");
    assertThat(set.classes()).containsExactly("annual crop land", "river", "lake or sea");
    assertThat(keys(set).subList(0, 3))
        .containsExactly(
            "eurosat/2750/AnnualCrop/AnnualCrop_1.jpg",
            "eurosat/2750/AnnualCrop/AnnualCrop_10.jpg",
            "eurosat/2750/AnnualCrop/AnnualCrop_2.jpg");
  }

  @ParameterizedTest
  @CsvSource({
    "imagenet, val, val",
    "cifar10, test, cifar-10-batches-py",
    "cifar100, test, cifar-100-python",
    "caltech101, test, caltech101/101_ObjectCategories",
    "cars, test, stanford_cars",
    "flowers102, test, flowers-102",
    "food101, test, food-101",
    "sun397, Testing_01, SUN397",
    "dtd, test1, dtd/dtd",
    "aircraft, test, fgvc-aircraft-2013b/data",
    "pets, test, oxford-iiit-pet",
    "eurosat, test, eurosat/2750"
  })
  void theInnerFolderGivesTheSameAndWhatIsMissingIsSaid(String name, String split, String inner)
      throws IOException {
    List<String> keys = keys(made(name, null));
    assertThat(made(name, null).split()).isEqualTo(split);
    assertThat(KnownSets.isAt(name, folder.resolve(name))).isTrue();
    assertThat(KnownSets.find(name, folder)).contains(folder.resolve(name));
    for (Path place = Path.of(inner); place != null; place = place.getParent()) {
      KnownSet same = KnownSets.open(name, folder.resolve(name).resolve(place), null);
      assertThat(keys(same)).as(place.toString()).isEqualTo(keys);
    }
    assertThatThrownBy(() -> KnownSets.open(name, folder.resolve(name), "nope"))
        .isInstanceOf(BadInput.class)
        .hasMessageStartingWith("split of " + name + " must be one of ")
        .hasMessageEndingWith("got nope");
    Path empty = Files.createDirectories(folder.resolve("empty"));
    assertThat(KnownSets.isAt(name, empty)).isFalse();
    assertThatThrownBy(() -> KnownSets.open(name, empty, null))
        .isInstanceOf(BadInput.class)
        .hasMessageStartingWith(name + ": looked for ")
        .hasMessageContaining(empty.toString())
        .hasMessageEndingWith("which is empty");
  }

  @Test
  void innerFoldersBesideEachOtherAreFoundInOneFolder() throws IOException {
    FakeSets.food101(folder);
    FakeSets.pets(folder);
    assertThat(KnownSets.find("food101", folder)).contains(folder);
    assertThat(KnownSets.find("pets", folder)).contains(folder);
    assertThat(KnownSets.find("cars", folder)).isEmpty();
    assertThat(KnownSets.find("eurosat", folder)).isEmpty();
    assertThat(KnownSets.find("caltech101", folder)).isEmpty();
  }

  @Test
  void aClassWithoutImagesKeepsItsIndex() throws IOException {
    FakeSets.eurosat(folder);
    Files.createDirectories(folder.resolve("eurosat/2750/Forest"));
    KnownSet set = KnownSets.open("eurosat", folder, "all");
    assertThat(new HashSet<>(labels(set))).isEqualTo(Set.of(0, 2, 3));
    assertThat(set.classes()).hasSize(4);
    assertThat(set.notes()).contains("classes without images: Forest");
  }

  @Test
  void publishedCountsOfPartitionsAreAlike() {
    assertThat(PublishedCounts.samples("dtd", "test10")).isEqualTo(1880);
    assertThat(PublishedCounts.samples("sun397", "Training_03")).isEqualTo(19_850);
    assertThat(PublishedCounts.samples("aircraft", "test/family")).isEqualTo(3333);
    assertThat(PublishedCounts.samples("eurosat", "test")).isEqualTo(-1);
  }

  @Test
  void theThousandNamesAreInTheOrderOfTheirIds() {
    assertThat(List.copyOf(ClassNames.table("imagenet").keySet())).hasSize(1000).isSorted();
    assertThat(ClassNames.table("imagenet")).containsEntry("n02504458", "African bush elephant");
  }
}
