package dev.filip.io;

import java.io.Closeable;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A temporary file without a name, which goes with the process at the latest: what does not fit
 * into memory is put there block by block. One thread puts; any may read what was put before.
 */
public final class ScratchFile implements Closeable {
  private final FileChannel channel;
  private long end;

  private ScratchFile(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Makes one in the temporary folder.
   *
   * @param what it is for, a part of its name while it has one
   */
  public static ScratchFile create(String what) throws IOException {
    Path place = Files.createTempFile("filip-" + what + "-", ".tmp");
    FileChannel channel =
        FileChannel.open(place, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      Files.delete(place);
    } catch (IOException e) { // where an open file keeps its name
      place.toFile().deleteOnExit();
    }
    return new ScratchFile(channel);
  }

  /** Puts a block at the end; gives its place. */
  public long put(ByteBuffer block) throws IOException {
    long at = end;
    try {
      while (block.hasRemaining()) {
        end += channel.write(block, end);
      }
    } catch (IOException e) {
      throw Outputs.naming(Path.of(System.getProperty("java.io.tmpdir", File.separator)), e);
    }
    return at;
  }

  /** Puts a block at the end and maps it, to be read and written; the mapping outlives the file. */
  public ByteBuffer map(ByteBuffer block) throws IOException {
    int length = block.remaining();
    return channel.map(FileChannel.MapMode.READ_WRITE, put(block), length);
  }

  /** Fills {@code block} with what lies at a place. */
  public void read(long at, ByteBuffer block) throws IOException {
    long from = at - block.position();
    while (block.hasRemaining()) {
      if (channel.read(block, from + block.position()) < 0) {
        throw new EOFException("a temporary file was cut");
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
