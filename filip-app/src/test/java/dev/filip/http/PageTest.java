package dev.filip.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
  private static ChromeDriver browser;

  @BeforeAll
  static void start() throws IOException {
    boolean there = Files.isExecutable(DRIVER) && Files.isExecutable(CHROMIUM);
    if (System.getenv("FILIP_NEEDS_BROWSER") != null) {
      assertThat(there).as("chromium and chromedriver are installed").isTrue();
    }
    assumeTrue(there, "no chromium or no chromedriver: the page is not tried");
    served = Served.start(Served.index(temp), Served.OPEN);
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
    if (served != null) {
      served.close();
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

  private static String axe() throws IOException {
    try (InputStream in = PageTest.class.getResourceAsStream("/axe.min.js")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
