package dev.filip.text;

import dev.filip.config.TextBehaviour;
import dev.filip.io.BadInput;
import dev.filip.io.Digests;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * CLIP's byte-level BPE, lower-cased unless the folder's normalizer says otherwise. Ids are read
 * from the files of a folder, never assumed. What a user writes is text: the spelling of [BOS] or
 * [EOS] in a caption becomes ordinary pieces; other added tokens are found as transformers finds
 * them. Thread-safe.
 *
 * <p>Which Python tool's cleaning it follows is its {@link TextBehaviour}; differences are listed
 * in {@code docs/FORMATS.md}.
 */
public final class BpeTokenizer {
  private static final int CACHED_WORDS = 1 << 16;
  private static final int CACHED_LENGTH = 40;
  private static final List<String> SPELLINGS =
      List.of(Vocabulary.BOS, Vocabulary.EOS, "<start_of_text>", "<end_of_text>");
  private final Vocabulary vocabulary;
  private final TextBehaviour behaviour;
  private final TextCleaner cleaner;
  private final AddedTokens added;
  private final Map<Integer, String> addedNames = new HashMap<>();
  private final WordSplitter splitter;
  private final MergeTable merges;
  private final String[] pieces;
  private final int[] inner;
  private final int[] last;
  private final int bos;
  private final int eos;
  private final Map<String, int[]> cache = new ConcurrentHashMap<>();

  BpeTokenizer(Vocabulary vocabulary, TextBehaviour behaviour) {
    this.vocabulary = vocabulary;
    this.behaviour = behaviour;
    cleaner = TextCleaner.of(behaviour, vocabulary.normalizer());
    List<AddedToken> found = found(vocabulary, behaviour);
    added = new AddedTokens(found, cleaner.normaliser());
    found.forEach(token -> addedNames.put(token.id(), token.content()));
    splitter = new WordSplitter(behaviour);
    merges = vocabulary.table();
    pieces = vocabulary.pieces();
    inner = vocabulary.byteIds("");
    last = vocabulary.byteIds(Vocabulary.END);
    bos = vocabulary.id(vocabulary.bos());
    eos = vocabulary.id(vocabulary.eos());
  }

  /**
   * The added tokens that a behaviour finds. open_clip's own tokenizer knows none, and lower-cases.
   */
  private static List<AddedToken> found(Vocabulary vocabulary, TextBehaviour behaviour) {
    return switch (behaviour) {
      case TRANSFORMERS, OPEN_CLIP_HF -> vocabulary.added();
      case OPEN_CLIP, OPEN_CLIP_WITHOUT_FTFY -> {
        String text = "a tokenizer for text behaviour " + behaviour.name().toLowerCase(Locale.ROOT);
        BadInput.require(
            vocabulary.normalizer().equals(NormalStep.CLIP),
            text,
            "the normalizer " + vocabulary.normalizer(),
            "with CLIP's normalizer");
        for (AddedToken token : vocabulary.added()) {
          BadInput.require(
              vocabulary.joined().contains(token.content()),
              text,
              "the added token " + token.content(),
              "without added tokens that are no pieces of its merges");
        }
        yield List.of();
      }
    };
  }

  /**
   * Reads {@code tokenizer.json}, or {@code vocab.json} with {@code merges.txt}. A damaged or
   * foreign file is {@link BadInput}.
   */
  public static BpeTokenizer load(Path folder, TextBehaviour behaviour) {
    return new BpeTokenizer(TokenizerFiles.read(folder), behaviour);
  }

  /**
   * From OpenAI's {@code bpe_simple_vocab_16e6.txt.gz} (or the plain text), with ids as
   * SimpleTokenizer gives them.
   */
  public static BpeTokenizer ofMerges(Path file, TextBehaviour behaviour) {
    return new BpeTokenizer(MergesFile.read(file, false), behaviour);
  }

  /** The same with DeCLIP's {@code <|mask|>} before [BOS]. */
  public static BpeTokenizer ofMergesWithMask(Path file, TextBehaviour behaviour) {
    return new BpeTokenizer(MergesFile.read(file, true), behaviour);
  }

  /**
   * Writes the files Hugging Face reads: {@code vocab.json}, {@code merges.txt}, {@code
   * tokenizer.json}, {@code tokenizer_config.json}, {@code special_tokens_map.json}.
   *
   * @param context positions of the text tower, their {@code model_max_length}
   */
  public void save(Path folder, int context) throws IOException {
    TokenizerFiles.write(folder, vocabulary, context);
  }

  /** {@link #save(Path, int)} for CLIP's 77 positions. */
  public void save(Path folder) throws IOException {
    save(folder, 77);
  }

  /** One more than the largest id: rows of the embedding table. */
  public int size() {
    return pieces.length;
  }

  /** Merges of the BPE. */
  public int merges() {
    return vocabulary.merges().size();
  }

  public int bos() {
    return bos;
  }

  public int eos() {
    return eos;
  }

  /** Whether these are the pieces and ids of OpenAI's CLIP, whatever its ends are called. */
  public boolean isClips() {
    return vocabulary.isClips();
  }

  /** SHA-256 in hex of all that ids depend on: pieces, merges, names of the ends, cleaning. */
  public String fingerprint() {
    var digest = Digests.sha256();
    Digests.add(digest, behaviour.name());
    Digests.add(digest, vocabulary.bos());
    Digests.add(digest, vocabulary.eos());
    for (String piece : pieces) {
      Digests.add(digest, piece);
    }
    for (Vocabulary.Merge merge : vocabulary.merges()) {
      Digests.add(digest, merge.left());
      Digests.add(digest, merge.right());
    }
    // nothing for CLIP's own, so that fingerprints from before stay
    for (AddedToken token : vocabulary.added()) {
      Digests.add(digest, token.id() + " " + new TreeSet<>(token.flags()) + token.content());
    }
    if (!vocabulary.normalizer().equals(NormalStep.CLIP)) {
      Digests.add(digest, vocabulary.normalizer().toString());
    }
    return Digests.hex(digest);
  }

  Vocabulary vocabulary() {
    return vocabulary;
  }

  public TextBehaviour behaviour() {
    return behaviour;
  }

  /**
   * Whether a text, as it stands or cleaned, spells a token that some Python tool reads as special.
   */
  public boolean spellsSpecial(String text) {
    String clean = cleaner.clean(text).text();
    return Stream.concat(SPELLINGS.stream(), Stream.of(vocabulary.bos(), vocabulary.eos()))
        .anyMatch(name -> text.contains(name) || clean.contains(name));
  }

  /** Whether the repair of wrongly decoded text, which not all behaviours have, changes a text. */
  public boolean repairsMojibake(String text) {
    return switch (behaviour) {
      case OPEN_CLIP, OPEN_CLIP_HF -> FtfyFixes.repairsMojibake(MappedText.of(text));
      case TRANSFORMERS, OPEN_CLIP_WITHOUT_FTFY -> false;
    };
  }

  /** Ids of a text, [BOS] to [EOS], not truncated. */
  public int[] encode(String text) {
    IntList ids = new IntList();
    ids.add(bos);
    parts(
        text,
        (clean, from, to) -> ids.addAll(word(clean.text(from, to))),
        (token, _, _, _) -> ids.add(token.id()));
    ids.add(eos);
    return ids.toArray();
  }

  private interface Added {
    void token(AddedToken token, MappedText text, int from, int to);
  }

  private void parts(String text, WordSplitter.Words words, Added tokens) {
    added.split(
        cleaner.repairs().apply(text),
        new AddedTokens.Parts() {
          @Override
          public void rest(MappedText rest) {
            splitter.split(rest, words);
          }

          @Override
          public void token(AddedToken token, MappedText all, int from, int to) {
            tokens.token(token, all, from, to);
          }
        });
  }

  /** Ids with the characters of the original text each covers, not truncated. */
  public TokenSpans encodeWithSpans(String text) {
    IntList ids = new IntList();
    IntList starts = new IntList();
    IntList ends = new IntList();
    ids.add(bos);
    starts.add(0);
    ends.add(0);
    parts(
        text,
        (clean, from, to) -> {
          int[] word = word(clean.text(from, to));
          ids.addAll(word);
          spans(clean, from, to, word, starts, ends);
        },
        (token, clean, from, to) -> {
          ids.add(token.id());
          starts.add(clean.from(from));
          ends.add(clean.to(to - 1));
        });
    ids.add(eos);
    starts.add(text.length());
    ends.add(text.length());
    return new TokenSpans(ids.toArray(), starts.toArray(), ends.toArray());
  }

  private void spans(MappedText clean, int from, int to, int[] word, IntList starts, IntList ends) {
    int[] owner = owners(clean, from, to);
    int at = 0;
    for (int id : word) {
      int length = bytes(id);
      int start = clean.from(owner[at]);
      int end = clean.to(owner[at]);
      for (int b = at; b < at + length; b++) {
        start = Math.min(start, clean.from(owner[b]));
        end = Math.max(end, clean.to(owner[b]));
      }
      starts.add(start);
      ends.add(end);
      at += length;
    }
  }

  /** For each UTF-8 byte of a word, the element of the text it belongs to. */
  private static int[] owners(MappedText clean, int from, int to) {
    IntList owners = new IntList();
    for (int i = from; i < to; i++) {
      int cp = clean.at(i);
      int length = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
      for (int k = 0; k < length; k++) {
        owners.add(i);
      }
    }
    return owners.toArray();
  }

  // a byte the vocabulary lacks is one [EOS], as Hugging Face's unk_token
  private int bytes(int id) {
    return id == eos ? 1 : stem(pieces[id]).length();
  }

  /**
   * Ids of several texts, padded to {@code context} with [EOS]; a longer text is cut and keeps its
   * [EOS].
   */
  public TokenBatch batch(List<String> texts, int context) {
    BadInput.require(context >= 2, "context", context, ">= 2");
    int[] ids = new int[Math.multiplyExact(texts.size(), context)];
    int[] length = new int[texts.size()];
    Arrays.fill(ids, eos);
    for (int row = 0; row < texts.size(); row++) {
      int[] full = encode(texts.get(row));
      length[row] = Math.min(full.length, context);
      System.arraycopy(full, 0, ids, row * context, length[row] - 1);
    }
    return new TokenBatch(texts.size(), context, ids, length);
  }

  /**
   * A readable piece for each id: its text without the end-of-word mark, "[BOS]" and "[EOS]" for
   * the ends; the bytes of an incomplete character as {@code \xf0}.
   */
  public List<String> words(int[] ids) {
    List<String> words = new ArrayList<>(ids.length);
    for (int id : ids) {
      BadInput.require(id >= 0 && id < pieces.length, "token id", id, "in [0, " + size() + ")");
      String name = addedNames.get(id);
      words.add(
          id == bos
              ? "[BOS]"
              : id == eos ? "[EOS]" : name != null ? name : readable(stem(pieces[id])));
    }
    return words;
  }

  private static String stem(String piece) {
    return piece.endsWith(Vocabulary.END)
        ? piece.substring(0, piece.length() - Vocabulary.END.length())
        : piece;
  }

  private static String readable(String stem) {
    byte[] bytes = ByteAlphabet.bytes(stem);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return bytes.length == 0 ? "" : "\\x" + HexFormat.ofDelimiter("\\x").formatHex(bytes);
    }
  }

  /** Ids of one word; the array may be shared and must not be written to. */
  private int[] word(String word) {
    int[] known = cache.get(word);
    if (known != null) {
      return known;
    }
    int[] ids = merges.merge(byteIds(word.getBytes(StandardCharsets.UTF_8)));
    for (int i = 0; i < ids.length; i++) {
      ids[i] = ids[i] < 0 ? eos : ids[i];
    }
    if (word.length() <= CACHED_LENGTH) {
      if (cache.size() >= CACHED_WORDS) {
        cache.clear();
      }
      cache.put(word, ids);
    }
    return ids;
  }

  private int[] byteIds(byte[] bytes) {
    int[] ids = new int[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      ids[i] = (i + 1 < bytes.length ? inner : last)[bytes[i] & 0xFF];
    }
    return ids;
  }
}
