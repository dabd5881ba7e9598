package dev.filip.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Webdataset shards, indexed by their headers and read at random. A sample is a run of members with
 * one key (all before the first dot of the base name); it needs an image. Captions are the lines of
 * {@code .txt}, else the caption field of {@code .json}. Thread-safe: every read opens its shard.
 */
final class WebdatasetSource implements SampleSource {
  private static final List<String> CAPTION_FIELDS = List.of("title", "caption", "text");

  /** Members of one sample. */
  private record Entry(
      String key,
      TarIndex tar,
      TarIndex.Member image,
      TarIndex.@Nullable Member text,
      TarIndex.@Nullable Member json,
      TarIndex.@Nullable Member label) {}

  private final String name;
  private final List<Path> shards;
  private final SourceOptions options;
  private final List<Entry> entries = new ArrayList<>();
  private final List<String> truncations = new ArrayList<>();
  private final ClassLists classes;
  private final int[] starts;
  private int withoutImage;

  WebdatasetSource(String name, List<Path> shards, SourceOptions options) {
    this.name = name;
    this.shards = shards;
    this.options = options;
    this.classes = ClassLists.beside(shards.getFirst());
    this.starts = new int[shards.size() + 1];
    Set<String> keys = new HashSet<>();
    for (int i = 0; i < shards.size(); i++) {
      index(shards.get(i), keys);
      starts[i + 1] = entries.size();
    }
    BadInput.require(!entries.isEmpty(), "source " + name, "no image", "shards with images");
  }

  private void index(Path shard, Set<String> keys) {
    TarIndex tar = scan(shard);
    String current = "";
    TreeMap<String, TarIndex.Member> parts = new TreeMap<>();
    for (TarIndex.Member member : tar.members()) {
      String path = member.name().startsWith("./") ? member.name().substring(2) : member.name();
      int base = path.lastIndexOf('/') + 1;
      int dot = path.indexOf('.', base);
      if (dot <= base || path.startsWith("__", base)) {
        continue;
      }
      String key = path.substring(0, dot);
      if (!key.equals(current)) {
        sample(current, tar, parts, keys);
        parts = new TreeMap<>();
        current = key;
      }
      parts.put(path.substring(dot + 1).toLowerCase(Locale.ROOT), member);
    }
    if (tar.truncation() == null) { // else the last sample may lack members: not used
      sample(current, tar, parts, keys);
    }
  }

  private TarIndex scan(Path shard) {
    TarIndex tar = TarIndex.scan(shard);
    if (tar.truncation() != null) {
      if (!options.keepTruncated()) {
        throw new BadInput(
            tar.truncation() + " (" + tar.members().size() + " members before it are whole)");
      }
      truncations.add(tar.truncation());
    }
    return tar;
  }

  private void sample(
      String key, TarIndex tar, TreeMap<String, TarIndex.Member> parts, Set<String> keys) {
    if (parts.isEmpty()) {
      return;
    }
    TarIndex.Member image = null;
    for (var part : parts.entrySet()) {
      if (image == null && SourceFiles.isImage(part.getKey())) {
        image = part.getValue();
      }
    }
    if (image == null) {
      withoutImage++;
      return;
    }
    String unique = keys.add(key) ? key : SourceFiles.stem(tar.file()) + "/" + key;
    entries.add(
        new Entry(unique, tar, image, parts.get("txt"), parts.get("json"), parts.get("cls")));
  }

  @Override
  public String describe() {
    return String.format(
        Locale.ROOT,
        "%,d samples in %,d webdataset shard%s of %s%s%s",
        size(),
        shards.size(),
        shards.size() == 1 ? "" : "s",
        name,
        withoutImage == 0 ? "" : String.format(Locale.ROOT, "; %,d without an image", withoutImage),
        truncations.isEmpty() ? "" : "; " + String.join("; ", truncations));
  }

  @Override
  public int shards() {
    return shards.size();
  }

  @Override
  public int size(int shard) {
    return starts[shard + 1] - starts[shard];
  }

  @Override
  public boolean counted() {
    return true;
  }

  @Override
  public long size() {
    return entries.size();
  }

  @Override
  public Shard open(int shard) {
    return new Part(starts[shard], size(shard));
  }

  @Override
  public void ahead(int shard) {}

  @Override
  public Sample.Text text(long index) throws IOException {
    Entry entry = entries.get(Math.toIntExact(index));
    JsonNode metadata = metadata(entry);
    return new Sample.Text(entry.key(), captions(entry, metadata), label(entry), metadata);
  }

  @Override
  public Sample read(long index) throws IOException {
    Entry entry = entries.get(Math.toIntExact(index));
    return text(index).with(entry.tar().read(entry.image()));
  }

  private final class Part implements Shard {
    private final int first;
    private final int size;

    Part(int first, int size) {
      this.first = first;
      this.size = size;
    }

    @Override
    public int size() {
      return size;
    }

    @Override
    public Sample.Text text(int i) throws IOException {
      return WebdatasetSource.this.text(first + i);
    }

    @Override
    public byte[] image(int i) throws IOException {
      Entry entry = entries.get(first + i);
      return entry.tar().read(entry.image());
    }

    @Override
    public void close() {}
  }

  private List<String> captions(Entry entry, @Nullable JsonNode metadata) throws IOException {
    if (entry.text() != null && options.captionKey() == null) {
      return SourceFiles.captions(text(entry, entry.text()));
    }
    if (metadata == null) {
      return List.of();
    }
    List<String> fields =
        options.captionKey() == null ? CAPTION_FIELDS : List.of(options.captionKey());
    for (String field : fields) {
      JsonNode value = metadata.get(field);
      if (value != null && value.isTextual()) {
        return SourceFiles.captions(value.textValue().replace('\n', ' '));
      }
    }
    return List.of();
  }

  private static @Nullable JsonNode metadata(Entry entry) throws IOException {
    if (entry.json() == null) {
      return null;
    }
    try {
      return Json.mapper().readTree(entry.tar().read(entry.json()));
    } catch (JsonProcessingException e) {
      throw new UnreadableSample(entry.key(), "bad json", e.getOriginalMessage());
    }
  }

  private static int label(Entry entry) throws IOException {
    if (entry.label() == null) {
      return -1;
    }
    String text = text(entry, entry.label()).strip();
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new UnreadableSample(entry.key(), "bad class", text);
    }
  }

  private static String text(Entry entry, TarIndex.Member member) throws IOException {
    return new String(entry.tar().read(member), StandardCharsets.UTF_8);
  }

  @Override
  public List<String> classNames() {
    return classes.names();
  }

  @Override
  public List<String> templates() {
    return classes.templates();
  }

  @Override
  public String fingerprint() throws IOException {
    MessageDigest digest = Sha256.digest();
    for (Entry entry : entries) {
      Sha256.add(digest, entry.key());
      Sha256.add(digest, Long.toString(entry.image().size()));
      for (TarIndex.Member member :
          new TarIndex.Member[] {entry.text(), entry.json(), entry.label()}) {
        Sha256.add(digest, member == null ? "" : text(entry, member));
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public String shape() throws IOException {
    MessageDigest digest = Sha256.digest();
    for (Path shard : shards) {
      Sha256.add(digest, String.valueOf(shard.getFileName()));
      Sha256.add(digest, Long.toString(Files.size(shard)));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public void close() {}
}
