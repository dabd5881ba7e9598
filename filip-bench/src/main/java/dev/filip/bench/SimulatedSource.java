package dev.filip.bench;

import dev.filip.data.Sample;
import dev.filip.data.SampleSource;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import javax.imageio.ImageIO;

/**
 * Shards that nobody has on disk: their sizes are told, and a shard is made when it is opened, with
 * as many bytes of table as a real one of its size needs. Thread-safe.
 */
final class SimulatedSource implements SampleSource {
  /** What the table of a real shard takes for a sample: places, lengths, its key. */
  private static final int TABLE_BYTES = 50;

  private final int shards;
  private final int each;
  private final byte[] image;
  private final AtomicLong opened = new AtomicLong();

  SimulatedSource(int shards, int each) throws IOException {
    this.shards = shards;
    this.each = each;
    BufferedImage picture = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 64 * 64; i++) {
      picture.setRGB(i % 64, i / 64, random.nextInt());
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(picture, "jpg", out);
    this.image = out.toByteArray();
  }

  /** How many shards were opened so far. */
  long opened() {
    return opened.get();
  }

  @Override
  public String describe() {
    return String.format("%,d simulated samples in %,d shards", size(), shards);
  }

  @Override
  public int shards() {
    return shards;
  }

  @Override
  public int size(int shard) {
    return each - shard % 7; // no two neighbours alike
  }

  @Override
  public boolean counted() {
    return true;
  }

  @Override
  public long size() {
    long sum = 0;
    for (int s = 0; s < shards; s++) {
      sum += size(s);
    }
    return sum;
  }

  @Override
  public Shard open(int shard) {
    opened.incrementAndGet();
    return new Made(shard, new byte[TABLE_BYTES * size(shard)]);
  }

  /** One that was made. */
  private final class Made implements Shard {
    private final int number;
    private final byte[] table;

    Made(int number, byte[] table) {
      this.number = number;
      this.table = table;
    }

    @Override
    public int size() {
      return table.length / TABLE_BYTES;
    }

    @Override
    public Sample.Text text(int i) {
      String name = "%05d/%09d".formatted(number, i);
      return new Sample.Text(name, List.of("picture " + i + " of shard " + number), -1, null);
    }

    @Override
    public byte[] image(int i) {
      return image;
    }

    @Override
    public void close() {}
  }

  @Override
  public void ahead(int shard) {}

  @Override
  public Sample.Text text(long index) {
    throw new UnsupportedOperationException("read by shard");
  }

  @Override
  public Sample read(long index) {
    throw new UnsupportedOperationException("read by shard");
  }

  @Override
  public List<String> classNames() {
    return List.of();
  }

  @Override
  public List<String> templates() {
    return List.of();
  }

  @Override
  public String fingerprint() {
    return shape();
  }

  @Override
  public String shape() {
    return shards + "x" + each;
  }

  @Override
  public void close() {}
}
