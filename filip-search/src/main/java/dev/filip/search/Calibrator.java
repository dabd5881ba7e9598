package dev.filip.search;

import dev.filip.io.BadInput;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Makes a {@link Calibration}: a sample of the images, and how high unrelated queries come. The
 * same index, texts and seed give the same bits, however the index came about. Used once, by one
 * thread.
 */
public final class Calibrator {
  /** What an index must have. */
  public static final int LEAST_IMAGES = 100;

  /** Fewer unrelated queries tell no probability. */
  public static final int LEAST_QUERIES = 19;

  private static final int SAMPLE = 512;
  private static final int CAPTIONED = 4096;

  /** Words that more images' captions have say nothing about which images are meant. */
  private static final double COMMON = 0.05;

  /** Queries that share passes. */
  private static final int TOGETHER = 64;

  private static final int LONGEST = 6;
  private static final BitSet NONE = new BitSet();
  private static final Pattern BETWEEN = Pattern.compile("[^\\p{L}\\p{N}]+");

  private final Snapshot index;
  private final QueryEncoder encoder;
  private final long seed;
  private final IntConsumer progress;
  private final List<Drawn> drawn;
  private final Tokens sample;

  /**
   * An image of the sample, or one whose captions are looked at.
   *
   * @param number decides the order
   * @param place among all images, as {@link Barred} counts
   */
  private record Drawn(long number, int place, Hit hit) {
    static final Comparator<Drawn> ORDER =
        Comparator.comparing(Drawn::number).thenComparing(one -> one.hit.id());
  }

  /**
   * @param seed draws sample and queries
   * @param progress is told how many queries are done
   * @throws BadInput for an index of fewer than {@value #LEAST_IMAGES} images
   */
  public Calibrator(Snapshot index, QueryEncoder encoder, long seed, IntConsumer progress) {
    BadInput.require(
        index.size() >= LEAST_IMAGES,
        "images of the index",
        index.size(),
        ">= " + LEAST_IMAGES + " to calibrate it");
    this.index = index;
    this.encoder = encoder;
    this.seed = seed;
    this.progress = progress;
    drawn = draw();
    Tokens.Builder rows = new Tokens.Builder(Tokens.Type.BF16, index.about().d());
    for (Drawn one : drawn.subList(0, Math.min(SAMPLE, drawn.size()))) {
      int item = one.hit.item();
      rows.add(one.hit.segment().rows().slice(item, item + 1));
    }
    sample = rows.build();
  }

  /** Images in an order that their ids and the seed decide, the first ones alone. */
  private List<Drawn> draw() {
    PriorityQueue<Drawn> first = new PriorityQueue<>(Drawn.ORDER.reversed());
    int place = 0;
    for (View view : index.views()) {
      for (int item : view.items(null)) {
        Hit hit = new Hit(view.segment(), item, 0);
        first.add(new Drawn(number(hit.id()), place++, hit));
        if (first.size() > CAPTIONED) {
          first.remove();
        }
      }
    }
    return first.stream().sorted(Drawn.ORDER).toList();
  }

  private long number(String id) {
    long hash = seed;
    for (int i = 0; i < id.length(); i++) {
      hash = new SplittableRandom(hash * 31 + id.charAt(i)).nextLong();
    }
    return hash;
  }

  /**
   * With texts that no image of the index fits, as whoever gives them says.
   *
   * @throws BadInput for fewer than {@value #LEAST_QUERIES} texts
   */
  public Calibration of(List<String> texts) throws IOException {
    return calibration("queries", texts.stream().map(t -> new Unrelated(t, Set.of())).toList());
  }

  /**
   * With the index's own captions where most of its images have some, each against the images whose
   * captions share no word with it but common ones, in turn whole and as its telling words alone;
   * else with texts of one to six words drawn from a list.
   *
   * @param queries how many
   */
  public Calibration ofItself(int queries) throws IOException {
    List<Set<String>> words = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    Map<String, Integer> images = new HashMap<>();
    for (Drawn one : drawn) {
      List<String> captions = one.hit.captions();
      if (!captions.isEmpty()) {
        Set<String> all = words(captions);
        all.forEach(word -> images.merge(word, 1, Integer::sum));
        words.add(all);
        texts.add(captions.getFirst());
      }
    }
    int most = (int) (COMMON * texts.size());
    Set<String> seen = new HashSet<>();
    List<Unrelated> all = new ArrayList<>();
    for (int i = 0; i < texts.size() && all.size() < queries; i++) {
      List<String> telling = inOrder(texts.get(i));
      telling.removeIf(word -> images.getOrDefault(word, 0) > most);
      String text = all.size() % 2 == 0 ? texts.get(i) : String.join(" ", telling);
      if (!telling.isEmpty() && seen.add(text)) {
        all.add(new Unrelated(text, Set.copyOf(telling)));
      }
    }
    boolean captioned = texts.size() > drawn.size() / 2 && all.size() >= LEAST_QUERIES;
    return captioned ? calibration("captions", all) : calibration("words", ofWords(queries));
  }

  private static List<String> inOrder(String caption) {
    List<String> words =
        new ArrayList<>(BETWEEN.splitAsStream(caption.toLowerCase(Locale.ROOT)).toList());
    words.remove(""); // before the first word
    return words;
  }

  private static Set<String> words(List<String> captions) {
    Set<String> words = new HashSet<>();
    captions.forEach(caption -> words.addAll(inOrder(caption)));
    return words;
  }

  /** Texts of one to six words. */
  private List<Unrelated> ofWords(int queries) {
    List<String> list;
    try (InputStream in = Calibrator.class.getResourceAsStream("words.txt")) {
      if (in == null) {
        throw new IllegalStateException("words.txt is missing");
      }
      list = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    SplittableRandom random = new SplittableRandom(seed);
    List<Unrelated> all = new ArrayList<>();
    for (int q = 0; q < queries; q++) {
      List<String> some = new ArrayList<>();
      for (int w = q % LONGEST; w >= 0; w--) {
        some.add(list.get(random.nextInt(list.size())));
      }
      all.add(new Unrelated(String.join(" ", some), Set.of()));
    }
    return all;
  }

  /**
   * A query that no image fits but those whose captions have one of some words.
   *
   * @param telling none where no image fits
   */
  private record Unrelated(String text, Set<String> telling) {}

  private Calibration calibration(String of, List<Unrelated> all) throws IOException {
    BadInput.require(
        all.size() >= LEAST_QUERIES, "unrelated queries", all.size(), ">= " + LEAST_QUERIES);
    Barred fitting = fitting(all);
    List<Calibration.Best> best = new ArrayList<>();
    for (int from = 0; from < all.size(); from += TOGETHER) {
      int to = Math.min(from + TOGETHER, all.size());
      measure(all.subList(from, to), fitting.of(from, to), best);
      progress.accept(to);
    }
    int count = best.size();
    BadInput.require(count >= LEAST_QUERIES, "unrelated queries", count, ">= " + LEAST_QUERIES);
    List<String> ids = drawn.stream().limit(sample.size()).map(one -> one.hit.id()).toList();
    return new Calibration(of, index.size(), ids, sample, best);
  }

  /**
   * Adds what the best image reaches that a query does not fit; those that it fits are no sample.
   */
  private void measure(List<Unrelated> some, Barred fitting, List<Calibration.Best> into)
      throws IOException {
    List<SearchQuery> queries =
        some.stream().map(u -> SearchQuery.text(QueryText.literal(u.text), encoder)).toList();
    List<Found> found = index.best(queries, fitting);
    for (int q = 0; q < queries.size(); q++) {
      int query = q;
      int[] images =
          IntStream.range(0, sample.size())
              .filter(i -> !fitting.has(query, drawn.get(i).place))
              .toArray();
      List<Hit> hits = found.get(q).hits();
      if (!hits.isEmpty() && images.length > 0) {
        SearchQuery one = queries.get(q);
        double z = Calibration.Spread.of(one, sample, images).z(hits.getFirst().score());
        into.add(new Calibration.Best(one.rows(), z));
      }
    }
  }

  /**
   * The images that each query may fit, in one pass over all captions: those that have one of its
   * telling words, and those without captions, of which it is not known. A bit a query and image.
   */
  private Barred fitting(List<Unrelated> queries) throws IOException {
    BitSet guarded = new BitSet(); // queries with telling words
    Map<String, BitSet> byWord = new HashMap<>();
    for (int q = 0; q < queries.size(); q++) {
      for (String word : queries.get(q).telling) {
        guarded.set(q);
        byWord.computeIfAbsent(word, _ -> new BitSet()).set(q);
      }
    }
    if (guarded.isEmpty()) {
      return Barred.NOTHING;
    }
    List<BitSet> fitting = Stream.generate(BitSet::new).limit(queries.size()).toList();
    int place = 0;
    for (View view : index.views()) {
      for (int item : view.items(null)) {
        Set<String> words = words(new Hit(view.segment(), item, 0).captions());
        BitSet fits = words.isEmpty() ? guarded : new BitSet();
        words.forEach(word -> fits.or(byWord.getOrDefault(word, NONE)));
        for (int q = fits.nextSetBit(0); q >= 0; q = fits.nextSetBit(q + 1)) {
          fitting.get(q).set(place);
        }
        place++;
      }
    }
    return new Barred(fitting);
  }
}
