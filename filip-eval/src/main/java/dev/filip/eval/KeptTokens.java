package dev.filip.eval;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.data.Sample;
import dev.filip.data.SampleSource;
import dev.filip.data.UnreadableSample;
import dev.filip.encode.Embedder;
import dev.filip.encode.StoreEncoder;
import dev.filip.io.BadInput;
import dev.filip.io.Digests;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.io.Progress;
import dev.filip.tokens.TokenStore;
import dev.filip.tokens.Tokens;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A source's images as they were encoded, kept in a folder named by the encoder, its preprocessing
 * and the images' bytes, so that nothing stale is ever read. A run that was ended goes on, what is
 * damaged is made again. Processes keep out of each other's way by the store's lock.
 *
 * @param store mapped until it is closed
 * @param contents SHA-256 in hex over the images' keys and bytes
 * @param encoded samples that had to be encoded now
 */
public record KeptTokens(TokenStore store, String contents, long encoded) implements Closeable {
  private static final int READ_AHEAD = 1024;
  private static final int NAME = 32;

  /**
   * Opens the used samples of a source, encoding what is not there yet.
   *
   * @param folder of all that is kept
   */
  public static KeptTokens open(Embedder model, EvalData data, Tokens.Type type, Path folder)
      throws IOException {
    String contents = contents(data);
    Path place = folder.resolve(name(model, data, type, contents));
    long encoded = 0;
    if (!isWhole(place)) {
      StoreEncoder.Options options =
          new StoreEncoder.Options(
              type, false, data.limit(), StoreEncoder.Options.PART, false, data.quiet());
      encoded = new StoreEncoder(model, data.source(), options).run(place).samples();
    }
    return new KeptTokens(TokenStore.open(place), contents, encoded);
  }

  private static String name(Embedder model, EvalData data, Tokens.Type type, String contents) {
    String all =
        String.join(
            " ",
            model.fingerprint(),
            Json.line(model.preprocessing()),
            type.word(),
            contents,
            Integer.toString(data.size()));
    return Digests.sha256(all).substring(0, NAME);
  }

  /** Whether all is there; what is damaged is deleted, to be made again. */
  private static boolean isWhole(Path place) throws IOException {
    if (!Files.exists(place)) {
      return false;
    }
    try (TokenStore store = TokenStore.open(place)) {
      store.verify();
      return true;
    } catch (BadInput e) {
      System.getLogger(KeptTokens.class.getName())
          .log(System.Logger.Level.WARNING, "made again: " + e.getMessage());
      Outputs.delete(place);
      return false;
    }
  }

  /** Reads every image once, on all cores. */
  private static String contents(EvalData data) throws IOException {
    MessageDigest digest = Digests.sha256();
    int n = data.size();
    try (Progress progress = data.quiet() ? null : new Progress("contents", n)) {
      for (int from = 0; from < n; from += READ_AHEAD) {
        int to = Math.min(n, from + READ_AHEAD);
        IntStream.range(from, to)
            .parallel()
            .mapToObj(i -> contents(data.source(), data.index(i)))
            .toList()
            .forEach(one -> Digests.add(digest, one));
        if (progress != null) {
          progress.to(to, "");
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return Digests.hex(digest);
  }

  private static String contents(SampleSource source, long index) {
    try {
      Sample sample = source.read(index);
      return sample.key() + " " + Digests.sha256(sample.image());
    } catch (UnreadableSample e) {
      return "unreadable " + e.getMessage();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Samples that could not be encoded, by reason; a copy. */
  public TreeMap<String, Integer> skipped() {
    TreeMap<String, Integer> skipped = new TreeMap<>();
    for (Map.Entry<String, JsonNode> reason : store.summary().path("skipped").properties()) {
      if (!reason.getKey().equals("total")) {
        skipped.put(reason.getKey(), reason.getValue().asInt());
      }
    }
    return skipped;
  }

  /** Labels of the used samples of a source by their keys. */
  public static Map<String, Integer> labels(EvalData data) throws IOException {
    Map<String, Integer> labels = new HashMap<>();
    for (int i = 0; i < data.size(); i++) {
      try {
        Sample.Text text = data.source().text(data.index(i));
        labels.putIfAbsent(text.key(), text.label());
      } catch (UnreadableSample e) {
        continue; // counted where its image was to be read
      }
    }
    return labels;
  }

  @Override
  public void close() {
    store.close();
  }
}
