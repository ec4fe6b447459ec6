import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/** What outlasts a restart: what the device runs, what it has downloaded, and state and result of object 5. */
class Firmware {
  static final int IDLE = 0;
  static final int DOWNLOADING = 1;
  static final int DOWNLOADED = 2;
  static final int UPDATING = 3;
  private static final int SUCCESS = 1;
  private static final int CONNECTION_LOST = 4;
  private static final int WRONG_TYPE = 6;
  private static final int HEADER_BYTES = 64;

  volatile String version;
  private final int installation;
  private final int stateAfterFailure;
  private final Telling telling;
  private Runnable onChange = () -> {};
  private int state = IDLE;
  private int result = 0;
  private byte[] image;
  /** Of downloads: what an earlier one still brings is nobody's. */
  private int download = 0;

  /** `version` it runs; `installation`, the result of each update, and for a failed one `stateAfterFailure`. */
  Firmware(JsonNode description, Telling telling) {
    version = description.path("version").asText("1.0.0");
    installation = description.path("installation").asInt(SUCCESS);
    stateAfterFailure = description.path("stateAfterFailure").asInt(IDLE);
    this.telling = telling;
  }

  synchronized int state() {
    return state;
  }

  synchronized int result() {
    return result;
  }

  /** Of the client that runs now. */
  synchronized void onChange(Runnable told) {
    onChange = told;
  }

  synchronized int beginDownload() {
    download += 1;
    to(DOWNLOADING, 0);
    return download;
  }

  synchronized boolean wants(int which) {
    return which == download && state == DOWNLOADING;
  }

  /** Null: it has not come. */
  synchronized void downloaded(int which, byte[] bytes) {
    if (!wants(which)) return;
    if (bytes == null) {
      to(IDLE, CONNECTION_LOST);
      return;
    }
    telling.tell("downloaded", bytes.length, "sha256", sha256(bytes));
    image = bytes;
    if (versionIn(bytes) == null) to(IDLE, WRONG_TYPE);
    else to(DOWNLOADED, 0);
  }

  synchronized void reset() {
    download += 1;
    image = null;
    to(IDLE, 0);
  }

  synchronized void refuse(int why) {
    to(IDLE, why);
  }

  synchronized void beginUpdate() {
    to(UPDATING, 0);
  }

  /** What was begun to be installed is installed; what had not wholly come is lost. */
  synchronized void boot() {
    onChange = () -> {};
    download += 1;
    if (state == DOWNLOADING) to(IDLE, 0);
    if (state != UPDATING) return;
    if (installation == SUCCESS) {
      version = versionIn(image);
      image = null;
    }
    to(installation == SUCCESS ? IDLE : stateAfterFailure, installation);
  }

  private void to(int newState, int newResult) {
    state = newState;
    result = newResult;
    onChange.run();
  }

  /** By the header that the tests' images have: `UPFW`, and the version at byte 16. */
  private static String versionIn(byte[] image) {
    if (image.length < HEADER_BYTES || !new String(image, 0, 4, StandardCharsets.ISO_8859_1).equals("UPFW")) return null;
    return new String(image, 16, 31, StandardCharsets.ISO_8859_1).replaceAll("\0.*$", "");
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (Exception error) {
      throw new IllegalStateException(error);
    }
  }
}
