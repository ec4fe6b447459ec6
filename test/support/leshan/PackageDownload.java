import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.eclipse.californium.core.CoapClient;
import org.eclipse.californium.core.CoapResponse;
import org.eclipse.californium.core.config.CoapConfig;
import org.eclipse.californium.core.network.CoapEndpoint;
import org.eclipse.californium.elements.config.Configuration;
import org.eclipse.californium.scandium.DTLSConnector;
import org.eclipse.californium.scandium.config.DtlsConfig;
import org.eclipse.californium.scandium.config.DtlsConnectorConfig;
import org.eclipse.californium.scandium.dtls.pskstore.SinglePskStore;

/** Gets what is at an address, from a port of its own: by Californium, whose blocks come one after the other, or by HTTP. */
record PackageDownload(Credentials credentials) {
  private static final int LARGEST_PACKAGE = 16 * 1024 * 1024;
  private static final int BLOCK_BYTES = 1024;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  static {
    CoapConfig.register();
    DtlsConfig.register();
  }

  byte[] get(URI address) throws Exception {
    return address.getScheme().startsWith("coap") ? byCoap(address) : byHttp(address);
  }

  private byte[] byCoap(URI address) throws Exception {
    Configuration configuration = Configuration.createStandardWithoutFile();
    configuration.set(CoapConfig.MAX_RESOURCE_BODY_SIZE, LARGEST_PACKAGE);
    configuration.set(CoapConfig.PREFERRED_BLOCK_SIZE, BLOCK_BYTES);
    CoapEndpoint.Builder builder = CoapEndpoint.builder().setConfiguration(configuration);
    if (address.getScheme().equals("coaps")) {
      DtlsConnectorConfig.Builder dtls = DtlsConnectorConfig.builder(configuration);
      dtls.setPskStore(new SinglePskStore(credentials.identity(), credentials.key()));
      builder.setConnector(new DTLSConnector(dtls.build()));
    }
    CoapEndpoint endpoint = builder.build();
    try {
      CoapResponse response = new CoapClient(address).setEndpoint(endpoint).setTimeout(LIMIT.toMillis()).get();
      if (response == null || !response.isSuccess()) throw new IllegalStateException(response == null ? "no answer" : response.getCode().text);
      return response.getPayload();
    } finally {
      endpoint.destroy();
    }
  }

  private static byte[] byHttp(URI address) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(address).timeout(LIMIT).build();
    HttpResponse<byte[]> response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofByteArray());
    if (response.statusCode() != 200) throw new IllegalStateException("HTTP " + response.statusCode());
    return response.body();
  }
}
