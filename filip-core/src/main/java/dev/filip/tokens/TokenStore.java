package dev.filip.tokens;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.OwnFolder;
import dev.filip.tokens.TokenFile.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A folder of token files that belong together: {@code images-00000.tokens} and so on, {@code
 * texts-00000.tokens} where texts are in it, and {@code store.json}, which counts them. All are of
 * one encoder, width and type. Written by {@link TokenStoreWriter}. Safe for any thread until
 * closed.
 */
public final class TokenStore implements Closeable {
  static final String SUMMARY = "store.json";
  static final String FORMAT = "filip-tokens/1";

  /** What a store's folder looks like. */
  public static final OwnFolder OWN =
      new OwnFolder("filip encode", List.of(SUMMARY), List.of("*-[0-9]*.tokens", "request.json"));

  private final Path folder;
  private final JsonNode summary;
  private final Map<Kind, List<TokenFile>> files = new EnumMap<>(Kind.class);

  private TokenStore(Path folder, JsonNode summary) {
    this.folder = folder;
    this.summary = summary;
  }

  /**
   * Maps all files of a store.
   *
   * @throws BadInput where one is missing, damaged, or not of the others' kind
   */
  public static TokenStore open(Path folder) throws IOException {
    JsonNode summary = Json.read(folder.resolve(SUMMARY));
    BadInput.require(
        summary.path("format").asText().equals(FORMAT),
        "format of " + folder.resolve(SUMMARY),
        summary.path("format"),
        FORMAT);
    TokenStore store = new TokenStore(folder, summary);
    try {
      for (Kind kind : Kind.values()) {
        store.map(kind);
      }
    } catch (IOException | RuntimeException e) {
      store.close();
      throw e;
    }
    return store;
  }

  private void map(Kind kind) throws IOException {
    JsonNode said = summary.path(word(kind));
    List<TokenFile> all = new ArrayList<>();
    files.put(kind, all);
    for (int part = 0; part < said.path("files").asInt(); part++) {
      TokenFile file = TokenFile.open(folder.resolve(name(kind, part)));
      all.add(file);
      TokenFile first = files.values().stream().flatMap(List::stream).findFirst().orElse(file);
      boolean fits = file.about().fits(first.about()) && file.about().kind() == kind;
      if (!fits) {
        throw new BadInput(
            folder.resolve(name(kind, part))
                + " is of another encoder, preprocessing, width or type than the store");
      }
    }
    long items = all.stream().mapToLong(TokenFile::size).sum();
    BadInput.require(
        items == said.path("items").asLong(),
        word(kind) + " of " + folder,
        items,
        said.path("items") + ", as " + SUMMARY + " says");
  }

  static String name(Kind kind, int part) {
    return String.format(Locale.ROOT, "%s-%05d.tokens", word(kind), part);
  }

  static String word(Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  /** Files of a kind, in order; empty where the store has none. */
  public List<TokenFile> files(Kind kind) {
    return List.copyOf(files.getOrDefault(kind, List.of()));
  }

  /** Items of a kind in all files. */
  public long items(Kind kind) {
    return files(kind).stream().mapToLong(TokenFile::size).sum();
  }

  /** {@code store.json}. */
  public JsonNode summary() {
    return summary;
  }

  /** Reads all of it against its sums; the first damage is {@link BadInput}. */
  public void verify() {
    files.values().stream().flatMap(List::stream).forEach(TokenFile::verify);
  }

  /** Counts of a kind as {@link #SUMMARY} holds them. */
  static ObjectNode counts(List<TokenFile> files) {
    return Json.object()
        .put("files", files.size())
        .put("items", files.stream().mapToLong(TokenFile::size).sum())
        .put("tokens", files.stream().mapToLong(f -> f.rows().count()).sum())
        .put("bytes", files.stream().mapToLong(TokenFile::bytes).sum());
  }

  /** Unmaps all files. */
  @Override
  public void close() {
    files.values().stream().flatMap(List::stream).forEach(TokenFile::close);
  }
}
