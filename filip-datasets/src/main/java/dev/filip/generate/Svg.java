package dev.filip.generate;

import com.github.weisj.jsvg.SVGDocument;
import com.github.weisj.jsvg.parser.LoaderContext;
import com.github.weisj.jsvg.parser.SVGLoader;
import com.github.weisj.jsvg.parser.resources.ResourcePolicy;
import com.github.weisj.jsvg.view.ViewBox;
import java.awt.Component;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/** Draws SVG files with JSVG; nothing outside the file is ever loaded. */
final class Svg {
  private Svg() {}

  /**
   * The whole document on a transparent square of {@code size} pixels.
   *
   * @throws IOException when the file is no SVG that JSVG can draw
   */
  static Sprite draw(byte[] svg, int size) throws IOException {
    SVGDocument document = load(svg);
    BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_INT_ARGB);
    Graphics2D graphics = image.createGraphics();
    try {
      graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      graphics.setRenderingHint(
          RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
      graphics.setRenderingHint(RenderingHints.KEY_RENDERING, RenderingHints.VALUE_RENDER_QUALITY);
      Component none = null;
      render(document, none, graphics, size);
    } catch (RuntimeException e) {
      throw new IOException("SVG cannot be drawn: " + e, e);
    } finally {
      graphics.dispose();
    }
    return Sprite.of(image);
  }

  @SuppressWarnings("NullAway") // JSVG takes null for "no component"
  private static void render(
      SVGDocument document, @Nullable Component none, Graphics2D graphics, int size) {
    document.render(none, graphics, new ViewBox(0, 0, size, size));
  }

  /** JSVG logs what it cannot parse; so files that are no XML never reach it. */
  private static void requireXml(byte[] svg) throws IOException {
    XMLInputFactory factory = XMLInputFactory.newFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    try {
      XMLStreamReader reader = factory.createXMLStreamReader(new ByteArrayInputStream(svg));
      while (reader.hasNext()) {
        reader.next();
      }
    } catch (XMLStreamException e) {
      throw new IOException("not well-formed XML", e);
    }
  }

  private static SVGDocument load(byte[] svg) throws IOException {
    requireXml(svg);
    LoaderContext context =
        LoaderContext.builder().externalResourcePolicy(ResourcePolicy.DENY_ALL).build();
    try {
      SVGDocument document = read(svg, context);
      if (document == null) {
        throw new IOException("not an SVG document");
      }
      return document;
    } catch (RuntimeException e) {
      throw new IOException("SVG cannot be read: " + e, e);
    }
  }

  @SuppressWarnings("NullAway") // JSVG takes null for "no base address"
  private static @Nullable SVGDocument read(byte[] svg, LoaderContext context) {
    return new SVGLoader().load(new ByteArrayInputStream(svg), null, context);
  }
}
