import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.huaweicloud.sdk.iot.device.IoTDevice;
import com.huaweicloud.sdk.iot.device.ota.OTAListener;
import com.huaweicloud.sdk.iot.device.ota.OTAPackage;
import com.huaweicloud.sdk.iot.device.ota.OTAPackageV2;
import com.huaweicloud.sdk.iot.device.ota.OTAQueryInfo;
import com.huaweicloud.sdk.iot.device.ota.OTAService;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A device on the vendor's own SDK for Java, as it is. The SDK hands over the address and the token; the download is the device's own, as in
 * the vendor's sample.
 *
 * Reads one JSON object: server (tcp:// or ssl://), ca (a PEM file, or null), deviceId, secret, or
 * certificate with cert and key in PEM, file (where the image goes), result (the code
 * to report). Writes a JSON object a line for each thing the SDK told it. Ends with 0 after it has reported, with 1 after ten minutes without.
 */
public class Device implements OTAListener {
  private static final ObjectMapper JSON = new ObjectMapper();
  /** Of a key store that is in memory only. */
  private static final String PASSWORD = "in memory";

  private final CountDownLatch reported = new CountDownLatch(1);
  private final JsonNode told;
  private final OTAService ota;
  private String version = "1.0.0";

  Device(JsonNode told, OTAService ota) {
    this.told = told;
    this.ota = ota;
  }

  public static void main(String[] arguments) throws Exception {
    JsonNode told = JSON.readTree(System.in);
    File ca = told.get("ca").isNull() ? null : new File(told.get("ca").asText());
    String server = told.get("server").asText();
    String deviceId = told.get("deviceId").asText();
    IoTDevice kit = told.hasNonNull("certificate")
        ? new IoTDevice(server, deviceId, keyStore(told.get("certificate")), PASSWORD, ca)
        : new IoTDevice(server, deviceId, told.get("secret").asText(), ca);
    Device device = new Device(told, kit.getOtaService());
    kit.getOtaService().setOtaListener(device);
    tell(Map.of("connected", kit.init()));
    System.exit(device.reported.await(10, TimeUnit.MINUTES) ? 0 : 1);
  }

  /** Of a certificate and its EC key, both PEM. */
  private static KeyStore keyStore(JsonNode certificate) throws Exception {
    byte[] pem = certificate.get("cert").asText().getBytes();
    String key = certificate.get("key").asText().replaceAll("-----[A-Z ]+-----|\\s", "");
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "device",
        KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(key))),
        PASSWORD.toCharArray(),
        new Certificate[] {CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem))});
    return store;
  }

  private static void tell(Map<String, Object> what) {
    try {
      System.out.println(JSON.writeValueAsString(what));
    } catch (Exception error) {
      throw new IllegalStateException(error);
    }
  }

  @Override
  public void onQueryVersion(OTAQueryInfo query) {
    tell(Map.of("asked", "version"));
    ota.reportVersion(version);
  }

  @Override
  public void onNewPackage(OTAPackage found) {
    upgrade(found, found.getToken());
  }

  @Override
  public void onNewPackageV2(OTAPackageV2 found) {
    upgrade(found, null);
  }

  /** Not on the thread that hands over messages. */
  private void upgrade(OTAPackageV2 found, String token) {
    tell(Map.of("version", found.getVersion(), "size", found.getFileSize(), "expires", found.getExpires(), "token", token != null));
    new Thread(() -> {
      try {
        HttpURLConnection connection = (HttpURLConnection) URI.create(found.getUrl()).toURL().openConnection();
        if (token != null) connection.setRequestProperty("Authorization", "Bearer " + token);
        byte[] image = connection.getInputStream().readAllBytes();
        String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(image));
        Files.write(Path.of(told.get("file").asText()), image);
        tell(Map.of("downloaded", image.length, "digestIsRight", digest.equals(found.getSign())));
        int result = told.get("result").asInt();
        ota.reportOtaStatus(result, 100, result == OTAService.OTA_CODE_SUCCESS ? found.getVersion() : version, null);
        version = found.getVersion();
        // The SDK sends from a thread of its own.
        Thread.sleep(5_000);
        reported.countDown();
      } catch (Exception error) {
        error.printStackTrace();
      }
    }).start();
  }
}
