package dev.filip.generate;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * What the RDF block of an SVG says of it (Dublin Core and Creative Commons terms).
 *
 * @param title the work's, or empty
 * @param author the creator's name, or empty
 * @param keywords as written
 * @param licence address of the licence, or empty
 * @param whole false when the XML broke before the end of the block
 */
record ClipartMetadata(
    String title, String author, List<String> keywords, String licence, boolean whole) {
  private static final String RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

  ClipartMetadata {
    keywords = List.copyOf(keywords);
  }

  /** Reads up to the end of the metadata; a file without any gives empty values. */
  static ClipartMetadata of(byte[] svg) {
    Reader reader = new Reader();
    boolean whole = true;
    try {
      reader.read(new ByteArrayInputStream(svg));
    } catch (XMLStreamException | RuntimeException e) {
      whole = false;
    }
    return new ClipartMetadata(reader.title, reader.author, reader.keywords, reader.licence, whole);
  }

  /** Nothing outside the file is read. */
  private static XMLInputFactory factory() {
    XMLInputFactory factory = XMLInputFactory.newFactory();
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setXMLResolver((publicId, systemId, base, name) -> InputStream.nullInputStream());
    return factory;
  }

  private static final class Reader {
    private final Deque<String> path = new ArrayDeque<>();
    private final List<String> keywords = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private String title = "";
    private String author = "";
    private String licence = "";

    void read(InputStream in) throws XMLStreamException {
      XMLStreamReader xml = factory().createXMLStreamReader(in);
      while (xml.hasNext()) {
        int event = xml.next();
        if (event == XMLStreamConstants.START_ELEMENT) {
          start(xml);
        } else if (event == XMLStreamConstants.CHARACTERS || event == XMLStreamConstants.CDATA) {
          text.append(xml.getText());
        } else if (event == XMLStreamConstants.END_ELEMENT) {
          if (end()) {
            return;
          }
        }
      }
    }

    private void start(XMLStreamReader xml) {
      path.push(xml.getLocalName());
      text.setLength(0);
      String resource = xml.getAttributeValue(RDF, "resource");
      if (xml.getLocalName().equals("license") && resource != null) {
        licence = resource;
      }
    }

    /** Whether the metadata has ended. */
    private boolean end() {
      String name = path.pop();
      String parent = path.isEmpty() ? "" : path.peek();
      String value = text.toString().strip();
      if (name.equals("title") && parent.equals("Work")) {
        title = value;
      } else if (name.equals("title") && path.contains("creator")) {
        author = value;
      } else if (name.equals("li") && path.contains("subject")) {
        keywords.add(value);
      }
      text.setLength(0);
      return name.equals("metadata");
    }
  }
}
