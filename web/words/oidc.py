"""What the pages about providers of identities say: German and English side by side."""

from collections.abc import Mapping

OIDC: Mapping[str, tuple[str, str]] = {
    "oidc_with": ("Mit {provider} anmelden", "Sign in with {provider}"),
    "oidc_welcome": ("Mit {provider} beginnen", "Begin with {provider}"),
    "oidc_confirm": ("Mit {provider} bestätigen", "Confirm with {provider}"),
    "oidc_confirm_text": (
        "Dafür fragen wir noch einmal, ob Sie es sind.",
        "For this we ask once more whether it is you.",
    ),
    "oidc_away": ("Weiter zu {provider}", "On to {provider}"),
    "oidc_away_text": (
        "Gleich geht es bei {provider} weiter. Wenn nicht:",
        "You are on your way to {provider}. If nothing happens:",
    ),
    "oidc_failed": ("Das hat nicht geklappt", "That did not work"),
    "oidc_stale_text": (
        "Dieser Weg gilt nicht mehr, wurde schon benutzt oder in einem anderen Browser begonnen. Beginnen Sie neu.",
        "This way in is over, was used before, or was begun in another browser. Begin again.",
    ),
    "oidc_unknown_text": (
        (
            "{provider} kennt Sie, aber hier hat noch niemand dieses Konto verbunden. Öffnen Sie den Link Ihrer "
            "Einladung, oder melden Sie sich mit Ihrem Passwort an und verbinden Sie es unter „Mein Konto“. Wer "
            "gesperrt ist, wendet sich an einen Admin."
        ),
        (
            "{provider} knows you, but nobody here has connected that account yet. Open the link of your invitation, "
            "or sign in with your password and connect it in “My account”. Whoever is shut out asks an admin."
        ),
    ),
    "oidc_taken_text": (
        "Dieses Konto bei {provider} hat hier schon jemand anders verbunden, oder Ihres ist gesperrt.",
        "Somebody else here has connected this account at {provider} already, or yours is closed.",
    ),
    "oidc_unsure_text": (
        (
            "{provider} hat nicht gesagt, dass Sie es gerade noch einmal bewiesen haben, oder es war ein anderes "
            "Konto. Versuchen Sie es noch einmal, oder nehmen Sie Ihr Passwort."
        ),
        (
            "{provider} did not say that you have just proved it once more, or it was another account. Try again, "
            "or use your password."
        ),
    ),
    "oidc_said_text": (
        "{provider} hat Sie nicht angemeldet und sagt dazu:",
        "{provider} did not sign you in, and says:",
    ),
    "oidc_later_text": (
        "{provider} antwortet gerade nicht. Versuchen Sie es in ein paar Minuten noch einmal.",
        "{provider} does not answer at the moment. Try again in a few minutes.",
    ),
    "oidc_failed_text": (
        "Was {provider} geschickt hat, hält nicht stand. Wer bei Ihnen Echolot verwaltet, findet den Grund im Log.",
        "What {provider} sent does not hold. Whoever looks after Echolot in your company finds the reason in the log.",
    ),
    "oidc_again": ("Zur Anmeldung", "To the sign-in page"),
    "oidc_ways": ("Anmelden mit", "Ways to sign in"),
    "oidc_connected": ("verbunden", "connected"),
    "oidc_connect": ("Verbinden", "Connect"),
    "oidc_disconnect": ("Trennen", "Disconnect"),
    "oidc_only": (
        "Sie haben kein Passwort. Wenn Sie eines möchten, lassen Sie sich von einem Admin einen Link schicken.",
        "You have no password. If you would like one, ask an admin for a link.",
    ),
    "oidc_hint": (
        "Verbunden wird das Konto, mit dem Sie dort angemeldet sind. Ihre E-Mail-Adresse spielt dabei keine Rolle.",
        "It is the account that you have signed in with there. Your e-mail address makes no difference.",
    ),
    "done_connected": ("Verbunden.", "Connected."),
    "done_disconnected": (
        "Getrennt. In allen anderen Browsern sind Sie abgemeldet.",
        "Disconnected. You are signed out in all other browsers.",
    ),
}
