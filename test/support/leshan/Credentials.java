import com.fasterxml.jackson.databind.JsonNode;
import java.util.HexFormat;

/** A pre-shared key and its identity; one device may use them for several sessions. */
record Credentials(String identity, byte[] key) {
  /** Null for a device without DTLS. */
  static Credentials of(JsonNode description) {
    if (!description.hasNonNull("identity")) return null;
    return new Credentials(description.get("identity").asText(), HexFormat.of().parseHex(description.get("key").asText()));
  }
}
