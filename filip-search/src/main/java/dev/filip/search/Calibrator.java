package dev.filip.search;

import dev.filip.io.BadInput;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

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

  /** Hits that are looked through for the best that is unrelated; then so many times more. */
  private static final int LOOKED = 512;

  private static final int MORE = 16;

  /** Queries that share passes. */
  private static final int TOGETHER = 64;

  private static final int KNOWN = 1 << 15;
  private static final int LONGEST = 6;
  private static final Pattern BETWEEN = Pattern.compile("[^\\p{L}\\p{N}]+");

  private final Snapshot index;
  private final QueryEncoder encoder;
  private final long seed;
  private final IntConsumer progress;
  private final List<Hit> drawn;
  private final Tokens sample;

  /** Words of the captions of images that were asked for lately. */
  private final Map<String, Set<String>> known =
      new LinkedHashMap<>(KNOWN, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Set<String>> eldest) {
          return size() > KNOWN;
        }
      };

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
    for (Hit hit : drawn.subList(0, Math.min(SAMPLE, drawn.size()))) {
      rows.add(hit.segment().rows().slice(hit.item(), hit.item() + 1));
    }
    sample = rows.build();
  }

  /** Images in an order that their ids and the seed decide, the first ones alone. */
  private List<Hit> draw() {
    record Drawn(long number, String id, Hit hit) {}
    Comparator<Drawn> order = Comparator.comparing(Drawn::number).thenComparing(Drawn::id);
    PriorityQueue<Drawn> first = new PriorityQueue<>(order.reversed());
    for (View view : index.views()) {
      for (int item : view.items(null)) {
        String id = view.segment().id(item);
        first.add(new Drawn(number(id), id, new Hit(view.segment(), item, 0)));
        if (first.size() > CAPTIONED) {
          first.remove();
        }
      }
    }
    return first.stream().sorted(order).map(Drawn::hit).toList();
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
    for (Hit hit : drawn) {
      List<String> captions = hit.captions();
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

  /** Of an image without captions it is not known. */
  private boolean isUnrelated(Unrelated query, Hit hit) throws IOException {
    if (query.telling.isEmpty()) {
      return true;
    }
    Set<String> words = known.get(hit.id());
    if (words == null) {
      words = words(hit.captions());
      known.put(hit.id(), words);
    }
    return !words.isEmpty() && query.telling.stream().noneMatch(words::contains);
  }

  private Calibration calibration(String of, List<Unrelated> all) throws IOException {
    BadInput.require(
        all.size() >= LEAST_QUERIES, "unrelated queries", all.size(), ">= " + LEAST_QUERIES);
    List<Calibration.Best> best = new ArrayList<>();
    for (int from = 0; from < all.size(); from += TOGETHER) {
      List<Unrelated> some = all.subList(from, Math.min(from + TOGETHER, all.size()));
      List<SearchQuery> queries =
          some.stream().map(u -> SearchQuery.text(QueryText.literal(u.text), encoder)).toList();
      int k = (int) Math.min(some.getFirst().telling.isEmpty() ? 1 : LOOKED, index.size());
      List<Found> found = index.find(queries, SearchOptions.of(k));
      for (int q = 0; q < some.size(); q++) {
        Hit hit = best(some.get(q), queries.get(q), found.get(q).hits());
        if (hit != null) {
          double z = Calibration.Spread.of(queries.get(q), unrelated(some.get(q))).z(hit.score());
          best.add(new Calibration.Best(queries.get(q).rows(), z));
        }
        progress.accept(from + q + 1);
      }
    }
    int count = best.size();
    BadInput.require(count >= LEAST_QUERIES, "unrelated queries", count, ">= " + LEAST_QUERIES);
    List<String> ids = drawn.stream().limit(sample.size()).map(Hit::id).toList();
    return new Calibration(of, index.size(), ids, sample, best);
  }

  /** The images of the sample that a query is unrelated to: those that it fits are no sample. */
  private Tokens unrelated(Unrelated one) throws IOException {
    Tokens.Builder rows = new Tokens.Builder(Tokens.Type.BF16, sample.d());
    for (int i = 0; i < sample.size(); i++) {
      if (isUnrelated(one, drawn.get(i))) {
        rows.add(sample.slice(i, i + 1));
      }
    }
    return rows.build();
  }

  /** The best image that a query is unrelated to, if not among the first hits further down. */
  private @Nullable Hit best(Unrelated one, SearchQuery query, List<Hit> first) throws IOException {
    List<Hit> hits = first;
    for (int passed = 0; ; ) {
      for (Hit hit : hits.subList(passed, hits.size())) {
        if (isUnrelated(one, hit)) {
          return hit;
        }
      }
      passed = hits.size();
      if (passed == index.size()) {
        return null;
      }
      int k = (int) Math.min((long) passed * MORE, index.size());
      hits = index.find(query, SearchOptions.of(k)).hits();
    }
  }
}
