"""ConfigMaps, Secrets, PersistentVolumes and their claims."""

from learn.sandbox.messages.model import Message, refusal

MESSAGES: dict[str, Message] = {
    "config-key-invalid": refusal(
        "`{value}`はキーに使えません",
        "ConfigMapとSecretのキーに使えるのは、英数字、`-`、`_`、`.`だけです。同じキーを2か所には書けません。",
        "使える文字だけのキーに書き換えます。",
        "resource-categories",
    ),
    "secret-data-required": refusal(
        "このSecretに必要なキーがありません",
        "Secretの`type`によって、必要なキーが決まっています。",
        "実際の表示にあるキーを書き足すか、`type`を消します。",
        "resource-categories",
    ),
    "secret-type-mismatch": refusal(
        "Secretの中身が`type`に合いません",
        "Secretの`type`によって、値の形が決まっています。",
        "値の形を直すか、`type`を消します。",
        "resource-categories",
    ),
    "storage-size-required": refusal(
        "容量が書かれていないか、正しくありません",
        "PersistentVolumeClaimには`resources.requests.storage`が必要です。PersistentVolumeなら`capacity.storage`です。",
        "`storage: 1Gi`のように書き足します。",
        "persistent-storage",
    ),
    "storage-access-modes": refusal(
        "`accessModes`が正しくありません",
        "書けるのはReadWriteOnce、ReadOnlyMany、ReadWriteMany、ReadWriteOncePodです。1つ以上必要です。",
        "`accessModes: [ReadWriteOnce]`のように書きます。",
        "persistent-storage",
    ),
    "storage-invalid": refusal(
        "ストレージの`{leaf}`が正しくありません",
        "`{field}`の値が決まりに合いません。",
        "実際の表示にある条件に合わせて書き換えます。",
        "persistent-storage",
    ),
}
