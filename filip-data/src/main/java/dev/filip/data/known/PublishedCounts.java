package dev.filip.data.known;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How many samples and classes the published sets have: said where a copy differs. Stateless. */
final class PublishedCounts {
  private static final Map<String, Integer> CLASSES =
      Map.ofEntries(
          Map.entry("imagenet", 1000),
          Map.entry("cifar10", 10),
          Map.entry("cifar100", 100),
          Map.entry("caltech101", 101),
          Map.entry("cars", 196),
          Map.entry("flowers102", 102),
          Map.entry("food101", 101),
          Map.entry("sun397", 397),
          Map.entry("dtd", 47),
          Map.entry("aircraft", 100),
          Map.entry("aircraft/family", 70),
          Map.entry("aircraft/manufacturer", 30),
          Map.entry("pets", 37),
          Map.entry("eurosat", 10));

  private static final Map<String, Integer> SAMPLES =
      Map.ofEntries(
          Map.entry("imagenet train", 1_281_167),
          Map.entry("imagenet val", 50_000),
          Map.entry("cifar10 train", 50_000),
          Map.entry("cifar10 test", 10_000),
          Map.entry("cifar100 train", 50_000),
          Map.entry("cifar100 test", 10_000),
          Map.entry("caltech101 all", 8_677),
          Map.entry("cars train", 8_144),
          Map.entry("cars test", 8_041),
          Map.entry("flowers102 train", 1_020),
          Map.entry("flowers102 val", 1_020),
          Map.entry("flowers102 test", 6_149),
          Map.entry("food101 train", 75_750),
          Map.entry("food101 test", 25_250),
          Map.entry("sun397 all", 108_754),
          Map.entry("sun397 Training", 19_850),
          Map.entry("sun397 Testing", 19_850),
          Map.entry("dtd train", 1_880),
          Map.entry("dtd val", 1_880),
          Map.entry("dtd test", 1_880),
          Map.entry("aircraft train", 3_334),
          Map.entry("aircraft val", 3_333),
          Map.entry("aircraft trainval", 6_667),
          Map.entry("aircraft test", 3_333),
          Map.entry("pets trainval", 3_680),
          Map.entry("pets test", 3_669),
          Map.entry("eurosat all", 27_000),
          Map.entry("coco train2014", 82_783),
          Map.entry("coco val2014", 40_504),
          Map.entry("coco karpathy_train", 82_783),
          Map.entry("coco karpathy_restval", 30_504),
          Map.entry("coco karpathy_val", 5_000),
          Map.entry("coco karpathy_test", 5_000),
          Map.entry("flickr30k all", 31_783),
          Map.entry("flickr30k karpathy_train", 29_000),
          Map.entry("flickr30k karpathy_val", 1_014),
          Map.entry("flickr30k karpathy_test", 1_000),
          Map.entry("cc3m train", 3_318_333),
          Map.entry("cc3m val", 15_840),
          Map.entry("cc12m all", 12_423_374),
          Map.entry("yfcc100m all", 99_206_564),
          Map.entry("yfcc100m subset", 14_829_396));

  private PublishedCounts() {}

  /** Samples of a split of the published set; -1 when nothing is published. */
  static int samples(String dataset, String split) {
    int level = split.indexOf('/');
    String plain = level < 0 ? split : split.substring(0, level);
    Integer known = SAMPLES.get(dataset + " " + plain);
    if (known == null) { // dtd's and sun397's ten partitions are alike
      known = SAMPLES.get(dataset + " " + plain.replaceFirst("_?\\d+$", ""));
    }
    return known == null ? -1 : known;
  }

  private static int classes(String dataset, String split) {
    int level = split.indexOf('/');
    String name = level < 0 ? dataset : dataset + split.substring(level);
    return CLASSES.getOrDefault(name, CLASSES.getOrDefault(dataset, -1));
  }

  /** A line for each count that is another; empty when all are as published. */
  static List<String> notes(KnownSet set) {
    boolean seeded = set.whole() >= 0;
    List<String> notes = new ArrayList<>();
    note(
        notes,
        seeded ? "samples in all" : "samples",
        samples(set.dataset(), seeded ? "all" : set.split()),
        seeded ? set.whole() : set.items().size());
    note(notes, set.dataset(), set.split(), set.classes().size());
    return notes;
  }

  /** The same of a copy in another layout. */
  static List<String> notes(String dataset, String split, long samples, int classes) {
    List<String> notes = new ArrayList<>();
    note(notes, "samples", samples(dataset, split), samples);
    note(notes, dataset, split, classes);
    return notes;
  }

  private static void note(List<String> notes, String dataset, String split, int classes) {
    if (classes > 0) {
      note(notes, "classes", classes(dataset, split), classes);
    }
  }

  private static void note(List<String> notes, String what, int expected, long found) {
    if (expected >= 0 && expected != found) {
      notes.add(String.format(Locale.ROOT, "expected %,d %s, found %,d", expected, what, found));
    }
  }
}
