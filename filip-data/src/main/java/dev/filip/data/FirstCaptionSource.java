package dev.filip.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A source whose samples have only the first of their captions. As thread-safe as the source it
 * wraps, which it closes.
 */
public record FirstCaptionSource(SampleSource source) implements SampleSource {
  @Override
  public String describe() {
    return source.describe() + "; first captions only";
  }

  @Override
  public int shards() {
    return source.shards();
  }

  @Override
  public int size(int shard) {
    return source.size(shard);
  }

  @Override
  public boolean counted() {
    return source.counted();
  }

  @Override
  public long size() {
    return source.size();
  }

  @Override
  public Shard open(int shard) throws IOException {
    return new First(source.open(shard));
  }

  @Override
  public void ahead(int shard) {
    source.ahead(shard);
  }

  @Override
  public Sample.Text text(long index) throws IOException {
    return first(source.text(index));
  }

  @Override
  public Sample read(long index) throws IOException {
    Sample sample = source.read(index);
    var text = new Sample.Text(sample.key(), sample.captions(), sample.label(), sample.metadata());
    return first(text).with(sample.image());
  }

  private static Sample.Text first(Sample.Text text) {
    List<String> captions = text.captions();
    return captions.size() <= 1
        ? text
        : new Sample.Text(text.key(), captions.subList(0, 1), text.label(), text.metadata());
  }

  private record First(Shard shard) implements Shard {
    @Override
    public int size() {
      return shard.size();
    }

    @Override
    public Sample.Text text(int i) throws IOException {
      return first(shard.text(i));
    }

    @Override
    public byte[] image(int i) throws IOException {
      return shard.image(i);
    }

    @Override
    public void close() throws IOException {
      shard.close();
    }
  }

  @Override
  public @Nullable Origin origin() {
    return source.origin();
  }

  @Override
  public @Nullable Path instances() {
    return source.instances();
  }

  @Override
  public List<String> classNames() {
    return source.classNames();
  }

  @Override
  public List<String> templates() {
    return source.templates();
  }

  /** That of the whole source: the config says which captions were used. */
  @Override
  public String fingerprint() throws IOException {
    return source.fingerprint();
  }

  @Override
  public String shape() throws IOException {
    return source.shape();
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
