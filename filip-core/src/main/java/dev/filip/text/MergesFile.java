package dev.filip.text;

import dev.filip.io.BadInput;
import dev.filip.io.Reasons;
import dev.filip.io.Texts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * OpenAI's merges, {@code bpe_simple_vocab_16e6.txt.gz}: ids are made of them as SimpleTokenizer
 * does: 256 bytes, the same at the end of a word, one a merge, then the specials.
 */
final class MergesFile {
  /** CLIP takes the first 49152 - 256 - 2 of the file's 262 thousand. */
  private static final int MERGES = 49152 - 256 - 2;

  private static final int MAX_BYTES = 1 << 24;
  private static final String MASK = "<|mask|>";

  private MergesFile() {}

  /** Reads the file, gzipped or plain; {@code mask} puts DeCLIP's {@code <|mask|>} before [BOS]. */
  static Vocabulary read(Path file, boolean mask) {
    Map<String, Integer> ids = new LinkedHashMap<>();
    for (String suffix : List.of("", Vocabulary.END)) {
      for (int b : ByteAlphabet.clipOrder()) {
        ids.put(ByteAlphabet.toChar(b) + suffix, ids.size());
      }
    }
    List<Vocabulary.Merge> merges = new ArrayList<>();
    String[] lines = text(file).split("\n");
    for (int i = 1; i < lines.length && merges.size() < MERGES; i++) {
      String[] pieces = lines[i].strip().split("\\s+");
      if (pieces.length == 2) {
        merges.add(new Vocabulary.Merge(pieces[0], pieces[1]));
        ids.putIfAbsent(pieces[0] + pieces[1], ids.size());
      } else if (!lines[i].isBlank()) {
        throw new BadInput(file + ": line " + (i + 1) + " is no merge of two pieces");
      }
    }
    if (merges.isEmpty()) {
      throw new BadInput(file + ": holds no merges");
    }
    for (String special : mask ? List.of(MASK) : List.<String>of()) {
      ids.put(special, ids.size());
    }
    ids.put(Vocabulary.BOS, ids.size());
    ids.put(Vocabulary.EOS, ids.size());
    return new Vocabulary(ids, merges, Vocabulary.BOS, Vocabulary.EOS);
  }

  private static String text(Path file) {
    try (InputStream raw = Files.newInputStream(file)) {
      InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw;
      byte[] bytes = in.readNBytes(MAX_BYTES);
      if (bytes.length == MAX_BYTES) {
        throw new BadInput(file + ": is larger than " + MAX_BYTES + " bytes of merges");
      }
      return Texts.of(bytes);
    } catch (ZipException e) {
      throw new BadInput(file + ": is not gzip: " + e.getMessage(), e);
    } catch (Texts.NotUtf8 e) {
      throw new BadInput(file + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new BadInput("cannot read " + file + ": " + Reasons.of(e), e);
    }
  }
}
