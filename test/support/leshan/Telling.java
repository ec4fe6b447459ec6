import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.Map;

/** What happens to a device, a JSON object a line: its endpoint name as `device`, and what it was. */
record Telling(String endpoint) {
  static final ObjectMapper JSON = new ObjectMapper();

  void tell(String key, Object value, Object... more) {
    Map<String, Object> what = new LinkedHashMap<>();
    what.put("device", endpoint);
    what.put(key, value);
    for (int at = 0; at < more.length; at += 2) what.put((String) more[at], more[at + 1]);
    write(what);
  }

  private static synchronized void write(Map<String, Object> what) {
    try {
      System.out.println(JSON.writeValueAsString(what));
    } catch (Exception error) {
      throw new IllegalStateException(error);
    }
  }
}
