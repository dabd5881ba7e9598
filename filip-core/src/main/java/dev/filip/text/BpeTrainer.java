package dev.filip.text;

import dev.filip.config.TextBehaviour;
import dev.filip.io.BadInput;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeSet;

/**
 * Learns a byte-level BPE from captions, in CLIP's order of ids: 256 bytes, the same at the end of
 * a word, merges, [BOS], [EOS].
 *
 * <p>The algorithm and its ties are those of Hugging Face's {@code BpeTrainer}: the most frequent
 * pair first, of equals the one with the lowest ids (left, then right).
 */
public final class BpeTrainer {
  /** Bytes, and bytes at the end of a word. */
  static final int BASE = 512;

  private final List<String> pieces = new ArrayList<>();
  private final Map<String, Integer> ids = new HashMap<>();
  private final List<Vocabulary.Merge> merges = new ArrayList<>();
  private final List<IntList> words = new ArrayList<>();
  private final List<Long> counts = new ArrayList<>();
  private final Map<Long, Long> pairCounts = new HashMap<>();
  private final PriorityQueue<Pair> queue = new PriorityQueue<>();

  private BpeTrainer() {}

  /** A pair with the count it had when it was queued, and the words that may hold it. */
  private record Pair(int left, int right, long count, TreeSet<Integer> words)
      implements Comparable<Pair> {
    @Override
    public int compareTo(Pair other) {
      int byCount = Long.compare(other.count, count);
      int byLeft = byCount != 0 ? byCount : Integer.compare(left, other.left);
      return byLeft != 0 ? byLeft : Integer.compare(right, other.right);
    }
  }

  /**
   * Trains.
   *
   * @param size ids wanted, at least 514; a small corpus may give fewer, the tokenizer says how
   *     many
   */
  public static BpeTokenizer train(Iterable<String> captions, int size, TextBehaviour behaviour) {
    BadInput.require(size >= BASE + 2, "tokenizer size", size, ">= " + (BASE + 2));
    Map<String, Long> frequencies = frequencies(captions, behaviour);
    if (frequencies.isEmpty()) {
      throw new BadInput("tokenizer training: the captions hold no word");
    }
    BpeTrainer trainer = new BpeTrainer();
    trainer.alphabet();
    frequencies.forEach(trainer::word);
    trainer.learn(size - 2);
    return new BpeTokenizer(trainer.vocabulary(), behaviour);
  }

  private static Map<String, Long> frequencies(Iterable<String> captions, TextBehaviour behaviour) {
    TextCleaner cleaner = TextCleaner.of(behaviour);
    WordSplitter splitter = new WordSplitter(behaviour);
    Map<String, Long> frequencies = new LinkedHashMap<>();
    for (String caption : captions) {
      splitter.split(
          cleaner.clean(caption),
          (text, from, to) -> frequencies.merge(text.text(from, to), 1L, Long::sum));
    }
    return frequencies;
  }

  private void alphabet() {
    for (String suffix : List.of("", Vocabulary.END)) {
      for (int b : ByteAlphabet.clipOrder()) {
        piece(ByteAlphabet.toChar(b) + suffix);
      }
    }
  }

  private int piece(String piece) {
    return ids.computeIfAbsent(
        piece,
        fresh -> {
          pieces.add(fresh);
          return pieces.size() - 1;
        });
  }

  private void word(String word, long count) {
    byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
    IntList symbols = new IntList();
    for (int i = 0; i < bytes.length; i++) {
      String suffix = i + 1 < bytes.length ? "" : Vocabulary.END;
      symbols.add(piece(ByteAlphabet.toChar(bytes[i] & 0xFF) + suffix));
    }
    words.add(symbols);
    counts.add(count);
  }

  private void learn(int size) {
    Map<Long, TreeSet<Integer>> places = new HashMap<>();
    for (int w = 0; w < words.size(); w++) {
      IntList word = words.get(w);
      for (int i = 0; i + 1 < word.size(); i++) {
        change(key(word.get(i), word.get(i + 1)), 1, w, places);
      }
    }
    enqueue(places);
    while (pieces.size() < size && !queue.isEmpty()) {
      Pair top = queue.remove();
      long now = pairCounts.getOrDefault(key(top.left, top.right), 0L);
      if (now != top.count) {
        queue.add(new Pair(top.left, top.right, now, top.words));
      } else if (now < 1) {
        break;
      } else {
        merge(top);
      }
    }
  }

  private void merge(Pair top) {
    Vocabulary.Merge merge = new Vocabulary.Merge(pieces.get(top.left), pieces.get(top.right));
    int fresh = piece(merge.left() + merge.right());
    merges.add(merge);
    Map<Long, TreeSet<Integer>> places = new HashMap<>();
    for (int w : top.words) {
      mergeIn(w, top.left, top.right, fresh, places);
    }
    enqueue(places);
  }

  private void mergeIn(int w, int left, int right, int fresh, Map<Long, TreeSet<Integer>> places) {
    IntList word = words.get(w);
    for (int i = 0; i + 1 < word.size(); i++) {
      if (word.get(i) != left || word.get(i + 1) != right) {
        continue;
      }
      if (i > 0) {
        change(key(word.get(i - 1), left), -1, w, places);
        change(key(word.get(i - 1), fresh), 1, w, places);
      }
      word.set(i, fresh);
      word.remove(i + 1);
      if (i + 1 < word.size()) {
        change(key(right, word.get(i + 1)), -1, w, places);
        change(key(fresh, word.get(i + 1)), 1, w, places);
      }
    }
  }

  private void change(long pair, int by, int word, Map<Long, TreeSet<Integer>> places) {
    pairCounts.merge(pair, by * counts.get(word), Long::sum);
    if (by > 0) {
      places.computeIfAbsent(pair, _ -> new TreeSet<>()).add(word);
    }
  }

  private void enqueue(Map<Long, TreeSet<Integer>> places) {
    places.forEach((pair, where) -> {
      long count = pairCounts.getOrDefault(pair, 0L);
      if (count > 0) {
        queue.add(new Pair((int) (pair >>> 32), (int) (long) pair, count, where));
      }
    });
  }

  private static long key(int left, int right) {
    return (long) left << 32 | right;
  }

  private Vocabulary vocabulary() {
    Map<String, Integer> all = new HashMap<>(ids);
    all.put(Vocabulary.BOS, pieces.size());
    all.put(Vocabulary.EOS, pieces.size() + 1);
    return new Vocabulary(all, merges, Vocabulary.BOS, Vocabulary.EOS);
  }
}
