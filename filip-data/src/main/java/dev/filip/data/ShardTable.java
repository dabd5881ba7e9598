package dev.filip.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The samples of one tar and where their members lie, packed as the index file holds them (36 bytes
 * a sample and its key; docs/FORMATS.md). A sample is a run of members with one key (all before the
 * first dot of the base name), which a second member of one kind ends, as open_clip has it; it
 * needs an image. The second sample with a key is {@code KEY#2}, and so on. Thread-safe.
 */
final class ShardTable {
  /** What of a sample is read, in the order of the packed row. */
  enum Part {
    IMAGE,
    TEXT,
    JSON,
    LABEL
  }

  /** A member that the sample does not have. */
  static final int ABSENT = -1;

  private static final int HEAD = 24;
  private static final int ROW = 4 + 8 * Part.values().length;

  private final ByteBuffer bytes;
  private final int size;

  private ShardTable(ByteBuffer bytes) {
    this.bytes = bytes;
    this.size = bytes.getInt(0);
  }

  /** The table in these bytes, or null where they cannot be one. */
  static @Nullable ShardTable of(byte[] packed) {
    ByteBuffer bytes = ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN);
    if (packed.length < HEAD || bytes.getInt(0) < 0 || bytes.getInt(20) < 0) {
      return null;
    }
    long length = HEAD + (long) ROW * bytes.getInt(0) + bytes.getInt(20);
    return length == packed.length ? new ShardTable(bytes) : null;
  }

  /**
   * Reads the headers of a tar.
   *
   * @param shard its name, for messages
   * @throws IOException in one line that names the shard, also where it is no tar
   */
  static ShardTable scan(String shard, FileChannel channel) throws IOException {
    Builder builder = new Builder(shard);
    boolean whole = TarScan.scan(shard, channel, builder);
    return builder.build(whole ? -1 : channel.size());
  }

  /** The packed form; not to be changed. */
  byte[] packed() {
    return bytes.array();
  }

  /** Samples with an image. */
  int size() {
    return size;
  }

  /** Samples that have none and are left out. */
  int withoutImage() {
    return bytes.getInt(4);
  }

  /** Where the tar ends too early, or -1. The sample before the cut is left out. */
  long truncatedAt() {
    return bytes.getLong(8);
  }

  /** Files in the tar; of a truncated one, those that are whole. */
  int members() {
    return bytes.getInt(16);
  }

  String key(int sample) {
    int from = keyFrom(sample);
    return new String(
        bytes.array(), keysAt() + from, keyEnd(sample) - from, StandardCharsets.UTF_8);
  }

  /** As {@link PackedTexts#hash}. */
  long keyHash(int sample) {
    int from = keyFrom(sample);
    return PackedTexts.hash(bytes.array(), keysAt() + from, keyEnd(sample) - from);
  }

  private int keyFrom(int sample) {
    return sample == 0 ? 0 : keyEnd(sample - 1);
  }

  private int keyEnd(int sample) {
    return bytes.getInt(HEAD + ROW * sample);
  }

  private int keysAt() {
    return HEAD + ROW * size;
  }

  /** Where a member's content begins in the tar; meaningless where it is absent. */
  long offset(int sample, Part part) {
    return (bytes.getInt(place(sample, part)) & 0xFFFFFFFFL) * UstarHeader.BLOCK;
  }

  /** Bytes of a member, or {@link #ABSENT}. */
  int length(int sample, Part part) {
    return bytes.getInt(place(sample, part) + 4);
  }

  private static int place(int sample, Part part) {
    return HEAD + ROW * sample + 4 + 8 * part.ordinal();
  }

  /** Gathers the members of samples. */
  private static final class Builder implements TarScan.Taker {
    private final String shard;
    private final ByteArrayOutputStream keys = new ByteArrayOutputStream();
    private final long[] offsets = new long[Part.values().length];
    private final int[] lengths = new int[Part.values().length];
    private final Set<String> kinds = new HashSet<>();
    private final Map<String, Integer> uses = new HashMap<>();
    private ByteBuffer rows = ByteBuffer.allocate(ROW << 6).order(ByteOrder.LITTLE_ENDIAN);
    private String key = "";
    private String imageKind = "";
    private int withoutImage;
    private int members;

    Builder(String shard) {
      this.shard = shard;
      forget();
    }

    @Override
    public void file(String name, long offset, long size) throws IOException {
      members++;
      int start = name.startsWith("./") ? 2 : 0;
      int base = Math.max(start, name.lastIndexOf('/') + 1);
      int dot = name.indexOf('.', base);
      if (dot <= base || name.startsWith("__", base)) {
        return;
      }
      String kind = name.substring(dot + 1).toLowerCase(Locale.ROOT);
      boolean same = name.regionMatches(start, key, 0, key.length()) && dot - start == key.length();
      if (!same || kinds.contains(kind)) {
        sample();
        key = name.substring(start, dot);
      }
      kinds.add(kind);
      Part part = part(kind);
      if (part != null) {
        put(part, offset, size);
      }
    }

    /** Of several images the first in alphabetical order of their kinds, a readable one first. */
    private @Nullable Part part(String kind) {
      return switch (kind) {
        case "txt" -> Part.TEXT;
        case "json" -> Part.JSON;
        case "cls" -> Part.LABEL;
        default -> {
          if (!SourceFiles.isImage(kind) || !goesBefore(kind)) {
            yield null;
          }
          imageKind = kind;
          yield Part.IMAGE;
        }
      };
    }

    private boolean goesBefore(String kind) {
      boolean read = SourceFiles.isRead(kind);
      return imageKind.isEmpty()
          || (read == SourceFiles.isRead(imageKind) ? kind.compareTo(imageKind) <= 0 : read);
    }

    private void put(Part part, long offset, long size) throws IOException {
      long block = offset / UstarHeader.BLOCK;
      if (size > Integer.MAX_VALUE - 8 || block > 0xFFFFFFFFL) {
        throw new IOException(
            "shard " + shard + ": a member of sample " + key + " is too large (2 GB) or too far");
      }
      offsets[part.ordinal()] = block;
      lengths[part.ordinal()] = (int) size;
    }

    private void sample() {
      if (lengths[Part.IMAGE.ordinal()] == ABSENT) {
        withoutImage += kinds.isEmpty() ? 0 : 1;
      } else {
        if (rows.remaining() < ROW) {
          int grown = Math.multiplyExact(2, rows.capacity());
          rows = ByteBuffer.allocate(grown).order(ByteOrder.LITTLE_ENDIAN).put(rows.flip());
        }
        int use = uses.merge(key, 1, Integer::sum);
        String unique = use == 1 ? key : key + "#" + use;
        keys.writeBytes(unique.getBytes(StandardCharsets.UTF_8));
        rows.putInt(keys.size());
        for (int i = 0; i < lengths.length; i++) {
          rows.putInt((int) offsets[i]).putInt(lengths[i]);
        }
      }
      forget();
    }

    private void forget() {
      kinds.clear();
      imageKind = "";
      java.util.Arrays.fill(lengths, ABSENT);
      java.util.Arrays.fill(offsets, 0);
    }

    ShardTable build(long truncatedAt) {
      if (truncatedAt < 0) { // else the last sample may lack members: not used
        sample();
      }
      ByteBuffer packed =
          ByteBuffer.allocate(Math.addExact(HEAD + rows.position(), keys.size()))
              .order(ByteOrder.LITTLE_ENDIAN);
      packed
          .putInt(rows.position() / ROW)
          .putInt(withoutImage)
          .putLong(truncatedAt)
          .putInt(members)
          .putInt(keys.size())
          .put(rows.flip())
          .put(keys.toByteArray());
      return new ShardTable(packed);
    }
  }
}
