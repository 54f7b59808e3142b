"""Processing algorithm “Status”."""

from qgis.core import (
    QgsProcessingException,
    QgsProcessingOutputBoolean,
    QgsProcessingOutputString,
    QgsProcessingParameterEnum,
)

from ..client.blocking import BlockingClient
from ..client.messages import PROTOCOL
from ..i18n import tr
from ..models import MODELS
from .base import ProxyClipAlgorithm
from .parameters import default_model


class Status(ProxyClipAlgorithm):
    """Checks that the environment and the model are ready."""

    ID = "status"
    ICON = "settings"
    GROUP = "setup"

    def displayName(self):
        """Return the display name."""
        return tr("Status")

    def tags(self):
        """Return the search tags."""
        return ["environment", "installation", "check", "version"]

    def shortHelpString(self):
        """Return the help text."""
        return tr(
            "Checks that ProxyCLIP is ready: its Python environment starts, and the weights of the model are on this "
            "computer.\n\n"
            "Models and scripts can run it first and branch on READY. If READY is false, MESSAGE says what to do; the "
            "algorithm itself does not fail."
        )

    def add_parameters(self):
        """Define the parameters."""
        self.addParameter(
            QgsProcessingParameterEnum(
                "MODEL", tr("Model"), options=list(MODELS), defaultValue=default_model(), usesStaticStrings=True
            )
        )
        self.addOutput(QgsProcessingOutputBoolean("READY", tr("Ready")))
        self.addOutput(QgsProcessingOutputString("MESSAGE", tr("Message")))
        self.addOutput(QgsProcessingOutputString("VERSION", tr("Version of proxyclip-geo")))

    def run_request(self, parameters, context, feedback):
        """Run the algorithm."""
        name = self.parameterAsEnumString(parameters, "MODEL", context)
        version = ""
        try:
            with BlockingClient(feedback) as client:
                version = client.request("hello", {"protocol": PROTOCOL})["version"]
                models = {item["name"]: item for item in client.request("models", {})["models"]}
        except QgsProcessingException as error:
            return _results(feedback, False, str(error), version)
        if name not in models:
            message = tr("proxyclip-geo {} has no model “{}”. Update the environment.").format(version, name)
        elif not models[name]["present"]:
            message = tr("The weights of “{}” are not on this computer. Download them in the ProxyCLIP panel.").format(
                name
            )
        else:
            message = tr("Ready: proxyclip-geo {}, model {}.").format(version, name)
            return _results(feedback, True, message, version)
        return _results(feedback, False, message, version)


def _results(feedback, ready, message, version):
    feedback.pushInfo(message)
    return {"READY": ready, "MESSAGE": message, "VERSION": version}
