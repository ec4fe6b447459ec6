"""A device on the vendor's own SDK for Python, as it is: reports its version, is notified or asks, downloads by the SDK, reports the new one.

Reads one JSON object: port, ca (PEM, or null for TCP), productKey, deviceName, secret, ask (whether it asks), file (where the image goes).
Writes a JSON object a line for each thing the SDK told it. Ends with 0 after the new version went out, with 1 after ten minutes without one.
"""

import json
import logging
import sys
import threading

from linkkit.linkkit import LinkKit

told = json.load(sys.stdin)
ended = threading.Event()
VERSION = "1.0.0"


def tell(**what):
    print(json.dumps(what), flush=True)


kit = LinkKit(host_name="cn-shanghai", product_key=told["productKey"], device_name=told["deviceName"], device_secret=told["secret"])
secure = {"secure": "TLS", "cadata": told["ca"], "check_hostname": False} if told["ca"] else {"secure": ""}
kit.config_mqtt(endpoint="127.0.0.1", port=told["port"], **secure)
kit.enable_logger(logging.CRITICAL)


def on_connect(_session, code, _user_data):
    tell(connected=code)
    kit.ota_report_version(None, VERSION)
    if told["ask"]:
        kit.query_ota_firmware()


def on_ota(kind, version, size, url, sign_method, sign, module, _extra):
    tell(notice={1: "push", 2: "reply"}.get(kind), version=version, size=size, signMethod=sign_method, module=module)
    result = kit.download_ota_firmware(url, told["file"], sign_method, sign)
    tell(download=result.name)
    kit.ota_report_version(module, version)
    # The SDK sends from a thread of its own.
    threading.Timer(5, ended.set).start()


kit.on_connect = on_connect
kit.on_ota_message_arrived = on_ota
kit.connect_async()
in_time = ended.wait(600)
kit.destruct()
sys.exit(0 if in_time else 1)
