package dev.filip.text;

import dev.filip.io.BadInput;
import dev.filip.io.Digests;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What the files of a tokenizer hold: pieces with their ids, merges in order of rank, the names of
 * [BOS] and [EOS], and what differs from CLIP's own. Ids are whatever the files say. Immutable.
 *
 * @param ids piece to id, [BOS], [EOS] and added tokens among them, in order of the ids
 * @param merges pairs of pieces
 * @param added tokens found before a text is split; [BOS] and [EOS] are none: text is text
 * @param normalizer steps of {@code tokenizer.json}'s normalizer
 */
record Vocabulary(
    Map<String, Integer> ids,
    List<Merge> merges,
    String bos,
    String eos,
    List<AddedToken> added,
    List<NormalStep> normalizer) {
  static final String BOS = "<|startoftext|>";
  static final String EOS = "<|endoftext|>";
  static final String END = "</w>";

  private static final int CLIP_SIZE = 49408;

  /** Ids are indices of tables; what is larger is damage, chosen. */
  private static final int MOST = 1 << 24;

  /** Of the 48,894 merges in open_clip 3.3's SimpleTokenizer, "left right" a line. */
  private static final String CLIP_MERGES =
      "d308b7377a8ceaa9707a21614fe8c831b9196e197b7aeb69833359362907af02";

  /** Two pieces that become one. */
  record Merge(String left, String right) {}

  Vocabulary {
    Map<String, Integer> sorted = new LinkedHashMap<>();
    List<Map.Entry<String, Integer>> entries = new ArrayList<>(ids.entrySet());
    entries.sort(Map.Entry.comparingByValue());
    int last = -1;
    for (Map.Entry<String, Integer> entry : entries) {
      if (entry.getValue() == last || entry.getValue() < 0 || entry.getValue() >= MOST) {
        throw BadInput.of(
            "vocabulary id of " + entry.getKey(),
            entry.getValue(),
            ">= 0, given once and below " + MOST);
      }
      last = entry.getValue();
      sorted.put(entry.getKey(), last);
    }
    ids = Collections.unmodifiableMap(sorted);
    merges = List.copyOf(merges);
    added = List.copyOf(added);
    normalizer = List.copyOf(normalizer);
    for (String name : List.of(bos, eos)) {
      BadInput.require(ids.containsKey(name), "vocabulary", "none", "with an id for " + name);
    }
  }

  /** As CLIP's: no added tokens, its normalizer. */
  Vocabulary(Map<String, Integer> ids, List<Merge> merges, String bos, String eos) {
    this(ids, merges, bos, eos, List.of(), NormalStep.CLIP);
  }

  /** One more than the largest id. */
  int size() {
    return 1 + ids.values().stream().mapToInt(Integer::intValue).max().orElse(-1);
  }

  /** Whether merges, size and ends are those of OpenAI's CLIP. */
  boolean isClips() {
    return size() == CLIP_SIZE
        && id(bos) == CLIP_SIZE - 2
        && id(eos) == CLIP_SIZE - 1
        && CLIP_MERGES.equals(mergesSha256());
  }

  private String mergesSha256() {
    MessageDigest digest = Digests.sha256();
    for (Merge merge : merges) {
      String line = merge.left() + ' ' + merge.right() + '\n';
      digest.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return Digests.hex(digest);
  }

  int id(String piece) {
    return Objects.requireNonNull(ids.get(piece), piece);
  }

  /** Piece by id; an id nobody has is an empty text. */
  String[] pieces() {
    String[] pieces = new String[size()];
    Arrays.fill(pieces, "");
    ids.forEach((piece, id) -> pieces[id] = piece);
    return pieces;
  }

  /** The merges by ids; a merge of unknown pieces is {@link BadInput}. */
  MergeTable table() {
    int[][] columns = new int[3][merges.size()];
    for (int rank = 0; rank < merges.size(); rank++) {
      Merge merge = merges.get(rank);
      columns[0][rank] = known(merge.left(), rank);
      columns[1][rank] = known(merge.right(), rank);
      columns[2][rank] = known(merge.left() + merge.right(), rank);
    }
    return new MergeTable(columns[0], columns[1], columns[2]);
  }

  private int known(String piece, int rank) {
    Integer id = ids.get(piece);
    if (id == null) {
      throw BadInput.of("merge " + rank, piece, "made of pieces in the vocabulary");
    }
    return id;
  }

  /** Whether each byte has a piece inside a word and one at its end. */
  boolean hasAllBytes() {
    return IntStream.concat(Arrays.stream(byteIds("")), Arrays.stream(byteIds(END)))
        .allMatch(id -> id >= 0);
  }

  /** The pieces that the BPE makes: single bytes, and what merges join. */
  Set<String> joined() {
    Set<String> joined = new HashSet<>();
    for (int b = 0; b < 256; b++) {
      joined.add(ByteAlphabet.toChar(b) + "");
      joined.add(ByteAlphabet.toChar(b) + END);
    }
    merges.forEach(merge -> joined.add(merge.left() + merge.right()));
    return joined;
  }

  /** Ids of the byte pieces, inside a word ({@code ""}) or at its end; -1 where there is none. */
  int[] byteIds(String suffix) {
    int[] byByte = new int[256];
    for (int b = 0; b < 256; b++) {
      byByte[b] = ids.getOrDefault(ByteAlphabet.toChar(b) + suffix, -1);
    }
    return byByte;
  }
}
