package dev.filip.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.data.ShardTable.Part;
import dev.filip.data.store.ShardFiles;
import dev.filip.io.Json;
import dev.filip.io.Texts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An open webdataset shard: one open file and the table of its members. Captions are the lines of
 * {@code .txt}, else the caption field of {@code .json}. Thread-safe until it is closed.
 */
final class TarShard implements SampleSource.Shard {
  private static final List<String> CAPTION_FIELDS = List.of("title", "caption", "text");

  /** Members that lie so near to each other are read at once. */
  private static final int GAP = 4096;

  /** Longest run of members that is read at once and then parted. */
  private static final int LONGEST_RUN = 1 << 18;

  private final ShardFiles.Held held;
  private final ShardTable table;
  private final Keys keys;
  private final @Nullable String captionKey;
  private final long length;
  private volatile FileChannel channel;
  private volatile boolean closed;

  /** The name of a sample that is unique in its source. */
  interface Keys {
    String unique(int sample, String key);
  }

  /** Takes over what is held, and the open channel of its file. */
  TarShard(
      ShardFiles.Held held,
      FileChannel channel,
      ShardTable table,
      Keys keys,
      @Nullable String captionKey)
      throws IOException {
    this.held = held;
    this.channel = channel;
    this.table = table;
    this.keys = keys;
    this.captionKey = captionKey;
    this.length = channel.size();
  }

  @Override
  public int size() {
    return table.size();
  }

  /** Where the members of its samples lie. */
  ShardTable table() {
    return table;
  }

  @Override
  public Sample.Text text(int i) throws IOException {
    check(i);
    return text(i, run(i, Part.TEXT, Part.JSON, Part.LABEL));
  }

  @Override
  public byte[] image(int i) throws IOException {
    check(i);
    return bytes(table.offset(i, Part.IMAGE), table.length(i, Part.IMAGE));
  }

  /** One read where the members lie together. */
  @Override
  public Sample read(int i) throws IOException {
    check(i);
    Run run = run(i, Part.values());
    return text(i, run).with(run.member(Part.IMAGE));
  }

  private void check(int i) throws UnreadableSample {
    if (i >= table.size()) {
      String key = ShardNames.stem(held.info().location()) + ": sample " + i;
      throw new UnreadableSample(key, "missing", "the shard holds " + table.size());
    }
  }

  private String shown() {
    return ShardNames.shown(held.info().location());
  }

  private String key(int i) {
    return keys.unique(i, table.key(i));
  }

  /** What a fingerprint is made of: key, bytes of the image, texts as they are. */
  List<String> print(int i) throws IOException {
    Run run = run(i, Part.TEXT, Part.JSON, Part.LABEL);
    List<String> print = new ArrayList<>();
    print.add(key(i));
    print.add(Integer.toString(table.length(i, Part.IMAGE)));
    for (Part part : List.of(Part.TEXT, Part.JSON, Part.LABEL)) {
      print.add(run.has(part) ? run.string(part) : "");
    }
    return print;
  }

  private Sample.Text text(int i, Run run) throws IOException {
    String key = key(i);
    JsonNode metadata = metadata(key, run);
    return new Sample.Text(key, captions(key, run, metadata), label(key, run), metadata);
  }

  private List<String> captions(String key, Run run, @Nullable JsonNode metadata)
      throws IOException {
    if (run.has(Part.TEXT) && captionKey == null) {
      return Texts.lines(text(key, ".txt", run.member(Part.TEXT)));
    }
    if (metadata == null) {
      return List.of();
    }
    List<String> fields = captionKey == null ? CAPTION_FIELDS : List.of(captionKey);
    for (String field : fields) {
      JsonNode value = metadata.get(field);
      if (value != null && value.isTextual()) {
        return Texts.lines(value.textValue().replace('\n', ' '));
      }
    }
    return List.of();
  }

  private String text(String key, String ending, byte[] bytes) throws UnreadableSample {
    try {
      return Texts.of(bytes);
    } catch (Texts.NotUtf8 e) {
      throw new UnreadableSample(
          key, "not UTF-8", ending + " in " + shown() + ": " + e.getMessage());
    }
  }

  /** One that is no JSON costs the sample only where its captions must come from there. */
  private @Nullable JsonNode metadata(String key, Run run) throws IOException {
    if (!run.has(Part.JSON)) {
      return null;
    }
    try {
      return Json.ofOthers(run.member(Part.JSON));
    } catch (JsonProcessingException e) {
      if (captionKey == null && (run.has(Part.TEXT) || run.has(Part.LABEL))) {
        return null;
      }
      throw new UnreadableSample(key, "bad json", Json.why(e));
    }
  }

  private int label(String key, Run run) throws IOException {
    if (!run.has(Part.LABEL)) {
      return -1;
    }
    String text = text(key, ".cls", run.member(Part.LABEL)).strip();
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new UnreadableSample(key, "bad class", text);
    }
  }

  /** A sample's members, of which those that lie together have been read at once. */
  private Run run(int sample, Part... parts) throws IOException {
    long from = Long.MAX_VALUE;
    long to = 0;
    long sum = 0;
    for (Part part : parts) {
      int size = table.length(sample, part);
      if (size != ShardTable.ABSENT) {
        from = Math.min(from, table.offset(sample, part));
        to = Math.max(to, table.offset(sample, part) + size);
        sum += size;
      }
    }
    long image = table.offset(sample, Part.IMAGE);
    boolean imageBetween = parts[0] != Part.IMAGE && from < image && image < to;
    boolean together = to - from <= LONGEST_RUN && to - from - sum <= GAP && !imageBetween;
    return new Run(sample, from, together && sum > 0 ? bytes(from, (int) (to - from)) : null);
  }

  private final class Run {
    private final int sample;
    private final long from;
    private final byte @Nullable [] bytes;

    Run(int sample, long from, byte @Nullable [] bytes) {
      this.sample = sample;
      this.from = from;
      this.bytes = bytes;
    }

    boolean has(Part part) {
      return table.length(sample, part) != ShardTable.ABSENT;
    }

    byte[] member(Part part) throws IOException {
      long offset = table.offset(sample, part);
      int size = table.length(sample, part);
      if (bytes == null) {
        return TarShard.this.bytes(offset, size);
      }
      byte[] member = new byte[size];
      System.arraycopy(bytes, (int) (offset - from), member, 0, size);
      return member;
    }

    /** As it is, for a fingerprint. */
    String string(Part part) throws IOException {
      if (bytes == null) {
        return new String(member(part), StandardCharsets.UTF_8);
      }
      int at = (int) (table.offset(sample, part) - from);
      return new String(bytes, at, table.length(sample, part), StandardCharsets.UTF_8);
    }
  }

  /** Reads at a place. Another thread's interrupt closes the channel: it is opened again. */
  private byte[] bytes(long offset, int size) throws IOException {
    while (true) {
      FileChannel used = channel;
      try {
        return bytes(used, offset, size);
      } catch (ClosedChannelException e) {
        if (closed || Thread.currentThread().isInterrupted()) {
          throw e;
        }
        reopen(used);
      }
    }
  }

  private byte[] bytes(FileChannel used, long offset, int size) throws IOException {
    byte[] bytes = new byte[size];
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      if (used.read(buffer, offset + buffer.position()) < 0) {
        throw new IOException(
            "shard " + shown() + " ends at offset " + (offset + buffer.position()));
      }
    }
    return bytes;
  }

  private synchronized void reopen(FileChannel broken) throws IOException {
    if (closed || channel != broken) {
      return;
    }
    FileChannel again = FileChannel.open(held.file(), StandardOpenOption.READ);
    if (again.size() != length) {
      again.close();
      throw new IOException("shard " + shown() + " changed while it was read");
    }
    channel = again;
  }

  @Override
  public synchronized void close() throws IOException {
    if (!closed) {
      closed = true;
      channel.close();
      held.close();
    }
  }
}
