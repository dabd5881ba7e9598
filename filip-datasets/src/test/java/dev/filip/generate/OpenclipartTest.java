package dev.filip.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Progress;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenclipartTest {
  private static final String PUBLIC = "http://web.resource.org/cc/PublicDomain";
  @TempDir Path folder;
  private final SequencedMap<String, byte[]> png = new LinkedHashMap<>();
  private final SequencedMap<String, byte[]> svg = new LinkedHashMap<>();
  private final SequencedMap<String, String> links = new LinkedHashMap<>();
  private OpenclipartOptions options = OpenclipartOptions.defaults(Path.of("."));

  @BeforeEach
  void fixtures() {
    options =
        OpenclipartOptions.defaults(folder.resolve("cache"))
            .withApt("no-such-apt")
            .withValidation(1);
    picture(
        "animals/bugs/flying_wasp_gerald_g._01",
        "Flying Wasp",
        "Gerald G.",
        PUBLIC,
        "insect",
        "clip art",
        "HASH(0x8775cd0)",
        "Gerald G.",
        "flying wasp");
    picture("food/fruit/pear01", "Clipart by Nicu Buculei - pear", "Nicu Buculei", PUBLIC, "food");
    for (int i = 0; i < 6; i++) {
      picture("shapes/stars/star_" + i + "pt05step", "gramastar", "x", PUBLIC, "stars", "magick");
    }
    picture("tools/gpl_hammer", "Hammer", "y", "http://creativecommons.org/licenses/GPL/2.0/");
    picture("unsorted/12", "", "", "");
    picture("people/broken", "Broken", "z", PUBLIC);
    png.put(file("png", "people/broken"), EmojiFixture.utf8("no picture"));
    png.put(file("png", "people/alone"), EmojiFixture.png(9, 9, 0xFF));
    png.put("./usr/share/doc/openclipart-png/copyright", EmojiFixture.utf8("not a picture"));
  }

  private void picture(
      String path, String title, String author, String licence, String... keywords) {
    png.put(file("png", path), EmojiFixture.png(30, 10, 0x2040C0));
    StringBuilder bag = new StringBuilder();
    List.of(keywords).forEach(word -> bag.append("<rdf:li>" + word + "</rdf:li>"));
    svg.put(
        file("svg", path),
        EmojiFixture.utf8(
            "<?xml version='1.0'?><!DOCTYPE svg SYSTEM 'http://nowhere.invalid/svg.dtd'>"
                + "<svg xmlns='http://www.w3.org/2000/svg'><title>drawing</title><metadata><rdf:RDF"
                + " xmlns:cc='http://web.resource.org/cc/' xmlns:dc='http://purl.org/dc/elements/1.1/'"
                + " xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><cc:Work><dc:title>"
                + title
                + "</dc:title><dc:subject><rdf:Bag>"
                + bag
                + "</rdf:Bag></dc:subject><dc:creator><cc:Agent><dc:title>"
                + author
                + "</dc:title></cc:Agent></dc:creator><cc:license rdf:resource='"
                + licence
                + "'/></cc:Work></rdf:RDF></metadata><g></svg>"));
  }

  private static String file(String kind, String path) {
    return "./usr/share/openclipart/" + kind + "/" + path + "." + kind;
  }

  private List<Path> debs() throws IOException {
    Path a = DebFixture.write(folder, "openclipart-png", png, links);
    Path b = DebFixture.write(folder, "openclipart-svg", svg, Map.of());
    return List.of(b, a);
  }

  private GenerateReport generate(OpenclipartOptions options, String name) throws IOException {
    try (Progress progress = new Progress("openclipart", 0)) {
      return Openclipart.generate(options, folder.resolve(name), false, progress);
    }
  }

  @Test
  void rulesAreCounted() throws Exception {
    links.put(file("png", "food/pear"), "fruit/pear01.png");
    GenerateReport report = generate(options.withPackages(debs()).withPerTitle(4), "a");
    assertThat(report.rules())
        .containsEntry("files in openclipart-png", 13)
        .containsEntry("file left out: a link to another (the same picture twice)", 1)
        .containsEntry("picture left out: no metadata", 1)
        .containsEntry("title used by more than 4 files, file name used", 6)
        .containsEntry("picture left out: 4 others have its title", 2)
        .containsEntry("picture left out: its metadata names another licence", 1)
        .containsEntry("picture left out: neither title nor file name has a word", 1)
        .containsEntry("picture left out: undecodable", 1)
        .containsEntry("keyword dropped: an author's name", 1)
        .containsEntry("keyword dropped: the same as the title", 1)
        .containsEntry("keyword dropped: empty, a number or HASH(...)", 1);
    assertThat(report.total()).isEqualTo(6);
  }

  @Test
  void captionsComeFromTheMetadata() throws Exception {
    generate(options.withPackages(debs()).withValidation(0), "a");
    List<String> captions = new ArrayList<>();
    List<String> authors = new ArrayList<>();
    for (var sample : Tars.samples(folder.resolve("a/train/000000.tar")).values()) {
      captions.addAll(text(sample, "txt").lines().toList());
      authors.add(Json.parse(text(sample, "json")).get("author").asText());
    }
    assertThat(captions)
        .contains("flying wasp", "a picture of flying wasp", "flying wasp, bugs, insect")
        .contains("pear, fruit, food", "star", "star, stars")
        .noneMatch(c -> c.contains("hash") || c.contains("clip art") || c.contains("magick"))
        .noneMatch(c -> c.contains("hammer"));
    assertThat(authors).contains("Gerald G.", "Nicu Buculei");
  }

  @Test
  void picturesAreFittedOnWhite() throws Exception {
    generate(options.withPackages(debs()), "a");
    byte[] first =
        Tars.samples(folder.resolve("a/train/000000.tar")).firstEntry().getValue().get("png");
    var image = ImageIO.read(new ByteArrayInputStream(first));
    assertThat(image.getWidth()).isEqualTo(72);
    assertThat(image.getRGB(36, 36) & 0xFFFFFF).isEqualTo(0x2040C0);
    assertThat(image.getRGB(36, 20) & 0xFFFFFF).isEqualTo(0xFFFFFF);
    assertThat(Files.readString(folder.resolve("a/train/LICENSE.txt"))).contains("public domain");
  }

  @Test
  void sameSeedSameBytesWhateverTheWorkers() throws Exception {
    OpenclipartOptions given = options.withPackages(debs());
    String one = generate(given.withWorkers(1), "one").sha256();
    assertThat(generate(given.withWorkers(3), "three").sha256()).isEqualTo(one);
  }

  @Test
  void missingAptAndBadPackagesAreOneLine() throws Exception {
    assertThatThrownBy(() -> generate(options, "x"))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("apt-get was not found")
        .hasMessageContaining("openclipart-svg");
    Path broken = Files.write(folder.resolve("broken.deb"), new byte[] {1, 2, 3});
    assertThatThrownBy(() -> generate(options.withPackages(List.of(broken)), "x"))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("broken.deb cannot be read as .deb");
  }

  @ParameterizedTest
  @CsvSource({
    "shapes/stars/star_49pt05step, Danny Allen, star",
    "plants/musical_note_nicu_bucule_01, Nicu Buculei, musical note",
    "people/smiley111, x, smiley",
    "people/nicu_01, Nicu Buculei, nicu",
    "food/07, x, ''"
  })
  void fileNamesInWords(String path, String author, String words) {
    assertThat(Clipart.Rules.fileName(path, author)).isEqualTo(words);
  }

  @ParameterizedTest
  @CsvSource({
    "'Part of the Flat Icon Collection (Wed Aug 25)', part of the flat icon collection",
    "double_croche, double croche",
    "BlueMan#102, blueman",
    "06 Moon, moon",
    "'12', ''",
    "'', ''",
    "'  sweden', sweden"
  })
  void titlesInWords(String raw, String words) {
    assertThat(Clipart.Rules.clean(raw)).isEqualTo(words);
  }

  private static String text(Map<String, byte[]> sample, String extension) {
    return new String(sample.get(extension), StandardCharsets.UTF_8);
  }
}
