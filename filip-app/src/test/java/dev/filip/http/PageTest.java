package dev.filip.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;

/**
 * The page in headless Chromium, over a real index: typing, clicking, uploading, the heat map.
 * Without Chromium and its driver it is skipped, unless FILIP_NEEDS_BROWSER is set.
 */
@Tag("native")
class PageTest {
  private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir static Path temp;
  private static Served served;
  private static Served fourfold;
  private static ChromeDriver browser;

  @BeforeAll
  static void start() throws IOException {
    boolean there = Files.isExecutable(DRIVER) && Files.isExecutable(CHROMIUM);
    if (System.getenv("FILIP_NEEDS_BROWSER") != null) {
      assertThat(there).as("chromium and chromedriver are installed").isTrue();
    }
    assumeTrue(there, "no chromium or no chromedriver: the page is not tried");
    served = Served.start(Served.index(temp), Served.OPEN);
    fourfold = Served.start(Served.calibrated(temp), Served.OPEN);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(CHROMIUM.toString());
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--window-size=1100,900",
        "--user-data-dir=" + temp.resolve("profile"));
    ChromeDriverService driver =
        new ChromeDriverService.Builder().usingDriverExecutable(DRIVER.toFile()).build();
    browser = new ChromeDriver(driver, options);
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.quit();
    }
    for (Served one : Arrays.asList(served, fourfold)) {
      if (one != null) {
        one.close();
      }
    }
  }

  @BeforeEach
  void open() {
    browser.manage().window().setSize(new Dimension(1100, 900));
    browser.get(served.at("/"));
  }

  private static WebElement by(String css) {
    return browser.findElement(By.cssSelector(css));
  }

  private static Object script(String text, Object... arguments) {
    return Objects.requireNonNull(browser.executeScript(text, arguments));
  }

  private interface Question {
    boolean holds();
  }

  private static void until(String what, Question question) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!question.holds()) {
      assertThat(System.nanoTime())
          .as(what + "; the page says: " + by("#status").getText())
          .isLessThan(end);
      Thread.sleep(50);
    }
  }

  private static void search(String words) throws InterruptedException {
    WebElement box = by("#words");
    box.clear();
    box.sendKeys(words, Keys.ENTER);
    until("results of " + words, () -> by("#status").getText().contains("pictures,"));
  }

  private static List<WebElement> cards() {
    return browser.findElements(By.cssSelector("#results figure"));
  }

  @Test
  void typingFindsPicturesAndTheAddressKeepsTheSearch() throws Exception {
    search("red circle");
    assertThat(cards()).hasSize(24);
    assertThat(browser.getCurrentUrl()).contains("?q=red+circle");
    String first = cards().getFirst().findElement(By.cssSelector("figcaption div")).getText();
    until(
        "pictures drawn",
        () ->
            (Boolean)
                script(
                    "return [...document.images].slice(0, 6).every(i => i.complete && (i.naturalWidth > 0 || !i.src))"));
    by("#next").click();
    until("more results", () -> cards().size() > 24);
    browser.get(browser.getCurrentUrl()); // as a link that somebody was sent
    until("the same results", () -> cards().size() == 24);
    assertThat(cards().getFirst().findElement(By.cssSelector("figcaption div")).getText())
        .isEqualTo(first);
  }

  @Test
  void pointingAtAWordLightsUpItsPatches() throws Exception {
    search("red circle");
    WebElement word = browser.findElements(By.cssSelector("#chips button")).get(1);
    assertThat(word.getText()).isEqualTo("red");
    new Actions(browser).moveToElement(word).perform();
    until("lit pictures", () -> !browser.findElements(By.cssSelector("figure.lit")).isEmpty());
    long painted =
        (Long)
            script(
                "const c = document.querySelector('figure.lit canvas');"
                    + "const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
                    + "return d.filter((v, i) => i % 4 === 3 && v > 0).length");
    assertThat(painted).isPositive();
    assertThat(script("return document.querySelector('figure.lit canvas').width")).isEqualTo(6L);
    new Actions(browser).moveToElement(by("h1")).perform();
    until("dark pictures", () -> browser.findElements(By.cssSelector("figure.lit")).isEmpty());
  }

  @Test
  void anUploadedPictureFindsItself() throws Exception {
    Path picture;
    try (Stream<Path> files = Files.list(Served.PAIRS)) {
      picture =
          files
              .filter(f -> f.toString().matches(".*\\.(png|jpe?g)"))
              .sorted()
              .findFirst()
              .orElseThrow();
    }
    by("#picture").sendKeys(picture.toAbsolutePath().normalize().toString());
    until("results of the picture", () -> !cards().isEmpty());
    String name = picture.getFileName().toString();
    assertThat(cards().getFirst().getText()).contains(name.substring(0, name.lastIndexOf('.')));
    assertThat(by("#query").isDisplayed()).isTrue();
    by("#clear").click();
    until("the picture gone", () -> !by("#query").isDisplayed());
  }

  @Test
  void keysAloneDoAndMistakesAreSaid() throws Exception {
    script("document.activeElement.blur(); return true");
    new Actions(browser).sendKeys("/").perform();
    assertThat(browser.switchTo().activeElement().getDomAttribute("id")).isEqualTo("words");
    by("#filter").sendKeys("nothing::");
    by("#words").sendKeys("red", Keys.ENTER);
    until("the mistake", () -> !browser.findElements(By.cssSelector("#status.wrong")).isEmpty());
    assertThat(by("#status").getText()).contains("filter");
  }

  @Test
  void nobodyIsLeftOut() throws Exception {
    search("red circle");
    requireNobodyLeftOut();
  }

  /** No serious finding of axe in light and dark, nothing wider than a narrow screen. */
  private static void requireNobodyLeftOut() throws IOException {
    script(axe() + "; return true");
    for (String scheme : List.of("light", "dark")) {
      browser.executeCdpCommand(
          "Emulation.setEmulatedMedia",
          Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
      Object found =
          browser.executeAsyncScript(
              "const done = arguments[0]; axe.run().then(r => done(r.violations"
                  + ".filter(v => ['serious', 'critical'].includes(v.impact))"
                  + ".map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' '))))");
      assertThat((List<?>) found).as(scheme).isEmpty();
    }
    browser.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", 360, "height", 740, "deviceScaleFactor", 1, "mobile", false));
    assertThat((Long) script("return document.documentElement.scrollWidth"))
        .isLessThanOrEqualTo(360);
    browser.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
  }

  private static void open(String query) {
    browser.get(fourfold.at("/" + query));
  }

  /** A number into a field of the options, and Enter. */
  private static void option(String id, String number) {
    if (by("#options").getDomAttribute("open") == null) {
      by("#options summary").click();
    }
    WebElement field = by(id);
    field.clear();
    field.sendKeys(number, Keys.ENTER);
  }

  private static String said() {
    return by("#status").getText();
  }

  @Test
  void eachPictureSaysHowLikelyItIsAndNothingMayBeAGoodMatch() throws Exception {
    open("");
    search("red circle");
    List<WebElement> sure = browser.findElements(By.cssSelector(".sure"));
    assertThat(sure).hasSize(24);
    assertThat(sure).allMatch(one -> one.getText().matches("probability 0(\\.\\d{1,3})?"));
    assertThat(by("#note").getDomProperty("textContent")).contains("at most 0.95");
    String foreign = "";
    for (String words : List.of("an x ray", "hello", "xylophone", "9", "it was so", "of", "zzz")) {
      String path = "/api/search?min_probability=0.95&q=" + Served.encoded(words);
      if (fourfold.json(path).path("hits").isEmpty()) {
        foreign = words;
      }
    }
    assertThat(foreign).as("a text that no picture fits").isNotEmpty();
    option("#least", "0.95");
    by("#words").clear();
    by("#words").sendKeys(foreign, Keys.ENTER);
    until("no good match", () -> said().startsWith("No good match: none of 128 pictures"));
    assertThat(cards()).isEmpty();
    assertThat(by("#none").isDisplayed()).isTrue();
    assertThat(browser.getCurrentUrl()).contains("min_probability=0.95");
    requireNobodyLeftOut();
    browser.get(browser.getCurrentUrl());
    until("the same from its address", () -> said().startsWith("No good match"));
    by("#nearest").click();
    until("the nearest", () -> cards().size() == 24);
    assertThat(by("#none").isDisplayed()).isFalse();
    assertThat(browser.getCurrentUrl()).doesNotContain("min_probability");
    assertThat(browser.switchTo().activeElement().getDomAttribute("id")).isEqualTo("results");
  }

  /** Each picture is there four times. */
  @Test
  void nearDuplicatesAreOneAndVarietyIsAsked() throws Exception {
    open("");
    search("red circle");
    List<String> ranked = names();
    option("#group", "0.99");
    until("groups", () -> browser.findElements(By.cssSelector(".alike summary")).size() == 24);
    assertThat(by(".alike summary").getText()).matches("[3-9] more like it");
    by(".alike summary").click();
    until(
        "the others drawn",
        () ->
            (Boolean)
                script(
                    "const i = document.querySelectorAll('.alike[open] img');"
                        + "return i.length >= 3 && [...i].every(p => p.complete && p.naturalWidth > 0)"));
    requireNobodyLeftOut();
    by("#next").click(); // chosen together: more are a larger k
    until("all groups", () -> cards().size() > 24);
    assertThat(by("#more").isDisplayed()).isFalse();
    assertThat(names()).doesNotHaveDuplicates();
    option("#group", "");
    until("the ranking", () -> names().equals(ranked));
    by("#diversity").sendKeys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.TAB);
    until("other pictures", () -> !names().equals(ranked) && cards().size() == 24);
    assertThat(browser.getCurrentUrl()).contains("diversity=0.3").doesNotContain("group");
    assertThat(by("#varied").getText()).isEqualTo("0.3");
    open("?q=red&group=7");
    until("the mistake", () -> !browser.findElements(By.cssSelector("#status.wrong")).isEmpty());
    assertThat(said()).contains("above 0, at most 1");
  }

  private static List<String> names() {
    return ((List<?>)
            script(
                "return [...document.querySelectorAll('figcaption div:first-child')]"
                    + ".map(d => d.textContent)"))
        .stream().map(String::valueOf).toList();
  }

  /** What cannot be told is not asked for, and the page says why. */
  @Test
  void probabilitiesAreOfWordsAndOfACalibratedIndex() throws Exception {
    search("red circle");
    assertThat(browser.findElements(By.cssSelector(".sure"))).isEmpty();
    assertThat(by("#least").isEnabled()).isFalse();
    assertThat(by("#note").getDomProperty("textContent")).contains("is not calibrated");
    open("");
    search("red circle");
    cards().getFirst().findElement(By.cssSelector(".picture")).click();
    until("results of the picture", () -> by("#query").isDisplayed() && !cards().isEmpty());
    until("no probabilities", () -> browser.findElements(By.cssSelector(".sure")).isEmpty());
    assertThat(by("#least").isEnabled()).isFalse();
    assertThat(by("#note").getDomProperty("textContent")).contains("of words alone");
  }

  private static String axe() throws IOException {
    try (InputStream in = PageTest.class.getResourceAsStream("/axe.min.js")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
