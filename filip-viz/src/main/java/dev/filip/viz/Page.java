package dev.filip.viz;

import dev.filip.io.Outputs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * One HTML file with everything in it, in the style of {@link Report}, put together part by part:
 * headings, bars, charts, cards with pictures. All texts are plain text. Used by one thread.
 */
public final class Page {
  private final StringBuilder out = new StringBuilder(1 << 16);

  /**
   * A bar with its name before it.
   *
   * @param share of the whole width, in [0, 1]
   * @param text behind it
   */
  public record Bar(String name, double share, String text) {}

  /**
   * A small picture with lines below it.
   *
   * @param png the picture; empty where there is none
   */
  public record Card(byte[] png, String title, List<String> lines) {
    public Card {
      lines = List.copyOf(lines);
    }
  }

  /** With a title and a paragraph. */
  public Page(String title, String intro) {
    Report.begin(out, title, intro);
  }

  /** A heading over what follows. */
  public Page heading(String text) {
    Report.element(out, "h2", text);
    return this;
  }

  /** Bars below each other. */
  public Page bars(List<Bar> bars) {
    out.append("<div class=\"scores funnel\">\n");
    for (Bar bar : bars) {
      out.append("<div class=\"score\"><div class=\"what\"><b>").append(Html.escape(bar.name));
      out.append("</b><span>").append(Html.escape(bar.text)).append("</span></div>");
      out.append(
          String.format(
              Locale.ROOT,
              "<div class=\"track\"><i style=\"width:%.2f%%;background:%s\"></i></div></div>%n",
              100 * Math.clamp(bar.share, 0, 1),
              CurvePlot.color(0)));
    }
    out.append("</div>\n");
    return this;
  }

  /** SVG drawings of the program's own. */
  public Page charts(List<String> svgs) {
    out.append("<div class=\"charts\">\n");
    svgs.forEach(svg -> out.append("<figure>").append(svg).append("</figure>\n"));
    out.append("</div>\n");
    return this;
  }

  /** Small pictures side by side. */
  public Page cards(List<Card> cards) {
    out.append("<div class=\"cards\">\n");
    for (Card card : cards) {
      out.append("<figure class=\"card\">");
      if (card.png.length > 0) {
        out.append("<img alt=\"").append(Html.escape(card.title)).append("\" src=\"");
        out.append(AwtImages.dataUri(card.png)).append("\">");
      }
      out.append("<figcaption><b>").append(Html.escape(card.title)).append("</b>");
      card.lines.forEach(line -> out.append("<span>").append(Html.escape(line)).append("</span>"));
      out.append("</figcaption></figure>\n");
    }
    out.append("</div>\n");
    return this;
  }

  /** The page. */
  public String html() {
    return out + Report.END;
  }

  /** Writes the page beside {@code file} and renames it. */
  public void write(Path file) throws IOException {
    Outputs.file(file, html().getBytes(StandardCharsets.UTF_8));
  }
}
