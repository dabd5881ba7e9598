package dev.filip.data.known;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * CIFAR's images: planes R, G, B of 32 x 32 bytes, handed on as BMP files. Filled by one thread,
 * then thread-safe.
 */
final class PixelPlanes implements Items {
  static final int SIDE = 32;
  static final int BYTES = 3 * SIDE * SIDE;
  private static final int HEADER = 54;

  private final List<ByteBuffer> buffers = new ArrayList<>();
  private final List<String> keys = new ArrayList<>();
  private final Set<String> known = new HashSet<>();
  private int[] labels = new int[1024];
  private long[] places = new long[1024];

  /** Maps a file of records. */
  static MappedByteBuffer map(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
    }
  }

  /** Takes the bytes that the images added next lie in. */
  void buffer(ByteBuffer bytes) {
    buffers.add(bytes);
  }

  /**
   * Adds the image that begins at {@code place} of the last buffer.
   *
   * @param key its name; {@code other} is taken where one before has the same, or it is empty
   */
  void add(int place, int label, String key, String other) {
    int index = keys.size();
    if (index == labels.length) {
      labels = Arrays.copyOf(labels, 2 * index);
      places = Arrays.copyOf(places, 2 * index);
    }
    labels[index] = label;
    places[index] = (long) (buffers.size() - 1) << 32 | place;
    keys.add(!key.isEmpty() && known.add(key) ? key : other);
  }

  @Override
  public int size() {
    return keys.size();
  }

  @Override
  public Item item(int index) {
    return new Item(keys.get(index), labels[index], List.of(), null);
  }

  @Override
  public long bytes(int index) {
    return HEADER + BYTES;
  }

  /** A BMP of 24 bits: rows from the bottom, blue first. */
  @Override
  public byte[] image(int index) {
    ByteBuffer from = buffers.get((int) (places[index] >>> 32));
    int place = (int) places[index];
    ByteBuffer bmp = ByteBuffer.allocate(HEADER + BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bmp.put((byte) 'B').put((byte) 'M').putInt(HEADER + BYTES).putInt(0).putInt(HEADER);
    bmp.putInt(40).putInt(SIDE).putInt(SIDE).putShort((short) 1).putShort((short) 24);
    bmp.putInt(0).putInt(BYTES).putInt(2835).putInt(2835).putInt(0).putInt(0);
    for (int y = SIDE - 1; y >= 0; y--) {
      for (int x = 0; x < SIDE; x++) {
        int at = place + y * SIDE + x;
        bmp.put(from.get(at + 2 * SIDE * SIDE)).put(from.get(at + SIDE * SIDE)).put(from.get(at));
      }
    }
    return bmp.array();
  }
}
