package dev.filip.data;

import java.io.IOException;
import java.util.List;

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
  public int size() {
    return source.size();
  }

  @Override
  public Sample read(int index) throws IOException {
    Sample sample = source.read(index);
    List<String> captions = sample.captions();
    return new Sample(
        sample.key(),
        sample.image(),
        captions.subList(0, Math.min(1, captions.size())),
        sample.label(),
        sample.metadata());
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
  public void close() throws IOException {
    source.close();
  }
}
