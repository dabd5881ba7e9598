package dev.filip.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.config.AugmentConfig;
import dev.filip.io.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AugmentTest {
  private static final JsonNode GOLDEN = Json.read(Goldens.path("augment.json"));

  private static PackedImage picture(int w, int h) {
    byte[] rgb = Pictures.checked(w, h).rgb();
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) ((rgb[i] & 0xFF) / 2 + 10 * (i % 3 + 1));
    }
    return PackedImage.of(new RgbImage(w, h, rgb));
  }

  private static AugmentOp op(String torchvision) {
    String name = torchvision.replaceAll("([a-z])([A-Z])", "$1_$2");
    return AugmentOp.valueOf(name.toUpperCase(Locale.ROOT));
  }

  @Test
  void everyOperationAtEveryMagnitudeIsByteEqualToPils() throws Exception {
    List<String> different = new ArrayList<>();
    for (JsonNode golden : GOLDEN.path("ops")) {
      int w = golden.path("size").path(0).intValue();
      int h = golden.path("size").path(1).intValue();
      AugmentOp op = op(golden.path("op").textValue());
      int bin = golden.path("bin").intValue();
      double magnitude = op.magnitude(bin, w, h) * golden.path("sign").intValue();
      RgbImage out = op.apply(picture(w, h), magnitude).toRgb();
      if (!ImageDecoderTest.sha(out.rgb()).equals(golden.path("sha256").textValue())) {
        different.add(op + " " + magnitude + " of " + w + " x " + h);
      }
    }
    assertThat(different).isEmpty();
  }

  @Test
  void thePolicyIsTorchvisions() {
    JsonNode policy = GOLDEN.path("policy");
    assertThat(AutoAugment.IMAGENET).hasSize(policy.size());
    for (int i = 0; i < policy.size(); i++) {
      AutoAugment.Pair pair = AutoAugment.IMAGENET.get(i);
      for (AutoAugment.Step step : List.of(pair.first(), pair.second())) {
        JsonNode theirs = policy.path(i).path(step == pair.first() ? 0 : 1);
        assertThat(step.op()).isEqualTo(op(theirs.path(0).textValue()));
        assertThat(step.probability()).isEqualTo(theirs.path(1).doubleValue());
        assertThat(step.bin()).isEqualTo(theirs.path(2).intValue());
      }
    }
  }

  @Test
  void flipsUnlessTheCaptionNamesASide() {
    Augmentation flip =
        new Augmentation(
            new AugmentConfig(new AugmentConfig.Crop(1, 1), true, AugmentConfig.Policy.NONE, 0));
    PackedImage image = picture(8, 8);
    int[] mirrored = Augmentation.mirrored(image).pixels();
    Preprocessor preprocessor = new Preprocessor(Preprocess.plain(8));
    int turned = 0;
    for (int seed = 0; seed < 64; seed++) {
      var one =
          flip.apply(image, "a cup", preprocessor, new PilResize(), new SplittableRandom(seed));
      turned += Arrays.equals(one.pixels(), mirrored) ? 1 : 0;
      var two =
          flip.apply(
              image, "LEFT of a cup", preprocessor, new PilResize(), new SplittableRandom(seed));
      assertThat(two.pixels()).isEqualTo(image.pixels());
    }
    assertThat(turned).isBetween(20, 44);
  }

  @Test
  void randomCropsStayInsideAndKeepTheAskedShareAndShape() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 500; i++) {
      PilResize.Crop crop = Augmentation.RandomCrop.draw(90, 60, 0.3, 0.8, random);
      crop.within(90, 60);
      double share = crop.width() * crop.height() / 5400.0;
      assertThat(share).isBetween(0.28, 0.82);
      assertThat((double) crop.width() / crop.height()).isBetween(0.72, 1.4);
    }
    PilResize.Crop thin = Augmentation.RandomCrop.draw(500, 3, 0.9, 1, random);
    assertThat(thin).isEqualTo(new PilResize.Crop(248, 0, 4, 3));
  }

  @Test
  void restylingGrowsWithItsStrength() {
    PackedImage image = picture(40, 40);
    double[] changed = new double[2];
    for (int level = 0; level < 2; level++) {
      double strength = level == 0 ? 0.2 : 1;
      for (int seed = 0; seed < 40; seed++) {
        PackedImage out = Restyle.apply(image, strength, new SplittableRandom(seed));
        assertThat(Restyle.apply(image, strength, new SplittableRandom(seed)).pixels())
            .isEqualTo(out.pixels());
        byte[] a = image.toRgb().rgb();
        byte[] b = out.toRgb().rgb();
        for (int i = 0; i < a.length; i++) {
          changed[level] += Math.abs((a[i] & 0xFF) - (b[i] & 0xFF)) / (40.0 * a.length);
        }
      }
    }
    assertThat(changed[0]).isBetween(1.0, 25.0);
    assertThat(changed[1]).isBetween(changed[0] * 1.8, 90.0);
  }
}
