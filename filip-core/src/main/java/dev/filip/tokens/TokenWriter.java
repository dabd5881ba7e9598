package dev.filip.tokens;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.tokens.TokenHeader.Section;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * Writes a {@link TokenFile} item by item: rows go to disk as they come, beside the file's place,
 * and the file appears whole when it is finished. In memory stay a block of rows and, of the items
 * of this one file, global rows, offsets and keys: make many files of many items. Used by one
 * thread; closed before it is finished, it leaves nothing.
 */
public final class TokenWriter implements Closeable {
  private final Path out;
  private final Path fresh;
  private final TokenFile.About about;
  private final FileChannel channel;
  private final ByteBuffer block =
      ByteBuffer.allocate(TokenHeader.BLOCK).order(ByteOrder.LITTLE_ENDIAN);
  private final List<Integer> sums = new ArrayList<>();
  private final long[] bytes = new long[Section.values().length];
  private final List<Tokens> globals = new ArrayList<>();
  private final List<String> keys = new ArrayList<>();
  private final Set<String> seen = new HashSet<>();
  private final List<Integer> lengths = new ArrayList<>();
  private Section section = Section.ROWS;
  private boolean finished;

  /**
   * Begins a file; one that is there is replaced when this one is finished.
   *
   * @throws BadInput on a machine whose numbers are not little endian
   */
  public TokenWriter(Path out, TokenFile.About about) throws IOException {
    TokenFile.requireLittleEndian();
    this.out = out;
    this.about = about;
    fresh = out.resolveSibling("." + out.getFileName() + ".unfinished");
    channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    channel.position(TokenHeader.SIZE);
  }

  /**
   * Items with their global rows, kept in the file's type.
   *
   * @param names a key each, unlike any so far
   */
  public void append(Encoded items, List<String> names) throws IOException {
    if (!about.globals()) {
      throw new IllegalArgumentException("this file has no global rows");
    }
    globals.add(new Tokens.Builder(about.type(), items.globals().d()).add(items.globals()).build());
    rows(items.tokens(), names);
  }

  /** Items of a file without global rows. */
  public void append(Tokens items, List<String> names) throws IOException {
    if (about.globals()) {
      throw new IllegalArgumentException("this file has a global row an item");
    }
    rows(items, names);
  }

  private void rows(Tokens items, List<String> names) throws IOException {
    BadInput.require(items.d() == about.d(), "width", items.d(), "the file's, " + about.d());
    if (names.size() != items.size()) {
      throw new IllegalArgumentException(items.size() + " items, " + names.size() + " keys");
    }
    for (String name : names) {
      BadInput.require(seen.add(name), "key", "'" + name + "' twice", "one item's alone");
    }
    keys.addAll(names);
    Tokens typed = items.as(about.type());
    for (int i = 0; i < typed.size(); i++) {
      put(typed.item(i));
      lengths.add(typed.length(i));
    }
  }

  private void put(MemorySegment from) throws IOException {
    MemorySegment to = MemorySegment.ofBuffer(block.duplicate().clear());
    for (long at = 0; at < from.byteSize(); ) {
      int some = (int) Math.min(from.byteSize() - at, block.remaining());
      MemorySegment.copy(from, at, to, block.position(), some);
      block.position(block.position() + some);
      at += some;
      if (!block.hasRemaining()) {
        flush();
      }
    }
  }

  private void flush() throws IOException {
    if (block.position() > 0) {
      CRC32C sum = new CRC32C();
      sum.update(block.flip());
      sums.add((int) sum.getValue());
      bytes[section.ordinal()] += block.limit();
      try {
        for (block.rewind(); block.hasRemaining(); ) {
          channel.write(block);
        }
      } catch (IOException e) {
        throw Outputs.naming(out, e);
      }
    }
    block.clear();
  }

  private void next(Section other) throws IOException {
    flush();
    section = other;
  }

  /** Items so far. */
  public int items() {
    return keys.size();
  }

  /** Completes the file and puts it in its place; with it goes what is free to say. */
  public void finish(JsonNode provenance) throws IOException {
    next(Section.GLOBALS);
    for (Tokens part : globals) {
      for (int i = 0; i < part.size(); i++) {
        put(part.item(i));
      }
    }
    next(Section.OFFSETS);
    long count = 0;
    number(0);
    for (int length : lengths) {
      count += length;
      number(count);
    }
    next(Section.KEYS);
    names();
    next(Section.PROVENANCE);
    put(MemorySegment.ofArray(Json.line(provenance).getBytes(StandardCharsets.UTF_8)));
    next(Section.SUMS);
    header(count, sums());
    close(channel);
    Files.move(fresh, out, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Outputs.syncFolder(out);
    finished = true;
  }

  private void close(FileChannel whole) throws IOException {
    try (whole) {
      whole.force(true);
    } catch (IOException e) {
      throw Outputs.naming(out, e);
    }
  }

  private void number(long value) throws IOException {
    put(MemorySegment.ofArray(new long[] {value}));
  }

  /** Where each key begins among all of them and where the last ends, then all of them. */
  private void names() throws IOException {
    List<byte[]> texts = keys.stream().map(k -> k.getBytes(StandardCharsets.UTF_8)).toList();
    long at = 0;
    number(0);
    for (byte[] text : texts) {
      at += text.length;
      number(at);
    }
    for (byte[] text : texts) {
      put(MemorySegment.ofArray(text));
    }
  }

  /** Writes the sums of all blocks so far, which have one sum together. */
  private int sums() throws IOException {
    int[] all = sums.stream().mapToInt(Integer::intValue).toArray();
    MemorySegment values = MemorySegment.ofArray(all);
    CRC32C sum = new CRC32C();
    sum.update(values.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE));
    put(values);
    flush();
    return (int) sum.getValue();
  }

  private void header(long count, int sum) throws IOException {
    ByteBuffer header =
        new TokenHeader(
                about.kind(),
                about.type(),
                about.d(),
                keys.size(),
                count,
                about.encoder(),
                about.preprocessing(),
                bytes,
                sum,
                about.globals())
            .write();
    for (long at = 0; header.hasRemaining(); ) {
      at += channel.write(header, at);
    }
  }

  /** Drops an unfinished file. */
  @Override
  public void close() throws IOException {
    if (!finished) {
      channel.close();
      Files.deleteIfExists(fresh);
    }
  }
}
