package dev.filip.eval;

import dev.filip.data.LooseSource;
import dev.filip.data.Sample;
import dev.filip.io.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Samples in memory. */
public final class FakeSource extends LooseSource {
  private final List<Sample> samples = new ArrayList<>();
  public List<String> classes = List.of();
  public List<String> templates = List.of();

  public FakeSource add(String image, String... captions) {
    return add(image, -1, "", captions);
  }

  public FakeSource add(String image, int label, String metadata, String... captions) {
    samples.add(
        new Sample(
            "s" + samples.size(),
            image.getBytes(StandardCharsets.UTF_8),
            List.of(captions),
            label,
            metadata.isEmpty() ? null : Json.parse(metadata)));
    return this;
  }

  /** Another picture in a sample's place. */
  public void replace(int index, String image) {
    Sample old = samples.get(index);
    samples.set(
        index,
        new Sample(
            old.key(),
            image.getBytes(StandardCharsets.UTF_8),
            old.captions(),
            old.label(),
            old.metadata()));
  }

  @Override
  public String describe() {
    return samples.size() + " fakes";
  }

  @Override
  protected int count() {
    return samples.size();
  }

  @Override
  protected Sample.Text text(int index) {
    Sample sample = samples.get(index);
    return new Sample.Text(sample.key(), sample.captions(), sample.label(), sample.metadata());
  }

  @Override
  protected byte[] image(int index) {
    return samples.get(index).image();
  }

  @Override
  public List<String> classNames() {
    return classes;
  }

  @Override
  public List<String> templates() {
    return templates;
  }

  @Override
  public String fingerprint() {
    StringBuilder all = new StringBuilder();
    samples.forEach(s -> all.append(s.key()).append(s.image().length).append(s.captions()));
    return all.toString();
  }

  @Override
  public String shape() {
    return fingerprint();
  }

  @Override
  public void close() {}
}
