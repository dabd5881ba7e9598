package dev.filip.download;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Protocol;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import okio.Buffer;
import org.junit.jupiter.api.Test;

/** HTTP/2 and certificates, by a server that is not this project's. */
class SecureTest {
  @Test
  void http2UnderTheNameWhateverTheAddress() throws Exception {
    HeldCertificate own =
        new HeldCertificate.Builder().addSubjectAlternativeName("pictures.test").build();
    HandshakeCertificates theirs = new HandshakeCertificates.Builder().heldCertificate(own).build();
    HandshakeCertificates ours =
        new HandshakeCertificates.Builder().addTrustedCertificate(own.certificate()).build();
    byte[] jpeg = Made.jpeg(1, 30, 20);
    Manners manners = Manners.DEFAULT;
    Net net =
        new Net(
            _ -> new InetAddress[] {InetAddress.getByName("127.0.0.1")},
            _ -> true,
            builder -> builder.sslSocketFactory(ours.sslSocketFactory(), ours.trustManager()));
    try (MockWebServer server = new MockWebServer();
        Fetcher fetcher =
            new Fetcher(Limits.DEFAULT, manners, new Web(Limits.DEFAULT, manners, net))) {
      server.useHttps(theirs.sslSocketFactory());
      server.setProtocols(List.of(Protocol.HTTP_2, Protocol.HTTP_1_1));
      server.enqueue(new MockResponse.Builder().code(404).build());
      server.enqueue(new MockResponse.Builder().body(new Buffer().write(jpeg)).build());
      server.start(InetAddress.getByName("127.0.0.1"), 0);
      String url = "https://pictures.test:" + server.getPort() + "/a.jpg";
      try (Fetcher.Fetched fetched = fetcher.fetch(url, 0)) {
        assertThat(fetched.bytes()).isEqualTo(jpeg);
      }
      assertThat(server.takeRequest().getTarget()).isEqualTo("/robots.txt");
      RecordedRequest asked = server.takeRequest();
      assertThat(asked.getVersion()).isEqualTo("HTTP/2");
      assertThat(asked.getHandshakeServerNames()).containsExactly("pictures.test");
      assertThat(asked.getHeaders().get("User-Agent")).contains("filip");
      String other = "https://other.test:" + server.getPort() + "/a.jpg";
      String reason = "";
      try (Fetcher.Fetched fetched = fetcher.fetch(other, 0)) {
        reason = fetched.bytes().length + " bytes";
      } catch (FetchFailure e) {
        reason = e.reason();
      }
      assertThat(reason).as("a certificate of another name").isEqualTo("tls");
    }
  }
}
