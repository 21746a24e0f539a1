"""The columns of kubectl's tables.

Sources: pkg/printers/internalversion/printers.go and staging/src/k8s.io/kubectl/pkg/cmd (kubernetes/kubernetes).
"""

from __future__ import annotations

from collections.abc import Mapping

from learn.kubectl.readings.model import Table

COMMON: Mapping[str, str] = {
    "NAME": "オブジェクトの名前",
    "NAMESPACE": "オブジェクトがあるNamespace",
    "AGE": "作られてからの時間",
    "LABELS": "付いているラベル",
    "CONTAINERS": "Podテンプレートのコンテナの名前",
    "IMAGES": "Podテンプレートのイメージ",
    "SELECTOR": "対象のPodを選ぶラベルの条件",
}


def _table(name: str, key: str, **columns: str) -> Table:
    """`key` holds columns separated by `|`; an underscore in a keyword stands for what a name cannot hold."""
    named = {_NAMES.get(column, column.replace("_", " ")): meaning for column, meaning in columns.items()}
    return Table(name=name, key=frozenset(key.split("|")), columns={**COMMON, **named})


_NAMES = {
    "UP_TO_DATE": "UP-TO-DATE",
    "CLUSTER_IP": "CLUSTER-IP",
    "EXTERNAL_IP": "EXTERNAL-IP",
    "INTERNAL_IP": "INTERNAL-IP",
    "OS_IMAGE": "OS-IMAGE",
    "KERNEL_VERSION": "KERNEL-VERSION",
    "CONTAINER_RUNTIME": "CONTAINER-RUNTIME",
    "PORTS_": "PORT(S)",
    "CPU_CORES": "CPU(cores)",
    "CPU_PERCENT": "CPU(%)",
    "MEMORY_BYTES": "MEMORY(bytes)",
    "MEMORY_PERCENT": "MEMORY(%)",
    "POD_SELECTOR": "POD-SELECTOR",
    "CHANGE_CAUSE": "CHANGE-CAUSE",
}

TABLES: tuple[Table, ...] = (
    _table(
        "Podの一覧",
        "READY|STATUS|RESTARTS",
        READY="準備完了のコンテナ／コンテナの総数",
        STATUS="Podの状態。コンテナに問題があれば、その理由",
        RESTARTS="コンテナが再起動した回数の合計。括弧は最後の再起動からの時間",
        IP="PodのIPアドレス。作り直されると変わる",
        NODE="Podが動いているノード",
        NOMINATED_NODE="ほかのPodを退かせて入る予定のノード。ふつうは<none>",
        READINESS_GATES="準備完了の追加の条件。使わなければ<none>",
    ),
    _table(
        "Deploymentの一覧",
        "READY|UP-TO-DATE|AVAILABLE",
        READY="準備完了のPod／期待する数",
        UP_TO_DATE="最新のPodテンプレートで作られたPodの数",
        AVAILABLE="利用できるPodの数（準備完了からminReadySecondsを過ぎたもの）",
    ),
    _table(
        "ReplicaSetの一覧",
        "DESIRED|CURRENT|READY",
        DESIRED="期待する数",
        CURRENT="いまあるPodの数",
        READY="準備完了のPodの数",
    ),
    _table(
        "DaemonSetの一覧",
        "DESIRED|CURRENT|READY|UP-TO-DATE|AVAILABLE",
        DESIRED="Podを置くべきノードの数",
        CURRENT="Podがあるノードの数",
        READY="準備完了のPodの数",
        UP_TO_DATE="最新のPodテンプレートで作られたPodの数",
        AVAILABLE="利用できるPodの数",
        NODE_SELECTOR="Podを置くノードの条件",
    ),
    _table("StatefulSetの一覧", "NAME|READY|AGE", READY="準備完了のPod／期待する数"),
    _table(
        "Serviceの一覧",
        "TYPE|CLUSTER-IP|PORT(S)",
        TYPE="公開のしかた",
        CLUSTER_IP="クラスターの中で使うIPアドレス",
        EXTERNAL_IP="クラスターの外で使うIPアドレス。なければ<none>、用意の途中は<pending>",
        PORTS_="受け付ける番号。「8080:32157/TCP」なら8080がService、32157がnodePort",
    ),
    _table("Endpointsの一覧", "NAME|ENDPOINTS|AGE", ENDPOINTS="宛先のIPアドレスと番号。<none>なら宛先がない"),
    _table(
        "EndpointSliceの一覧",
        "ADDRESSTYPE|PORTS|ENDPOINTS",
        ADDRESSTYPE="アドレスの種類",
        PORTS="宛先の番号（Podが待ち受ける番号）",
        ENDPOINTS="宛先のIPアドレス。準備ができていないPodも含む",
    ),
    _table(
        "HorizontalPodAutoscalerの一覧",
        "REFERENCE|TARGETS|MINPODS|MAXPODS",
        REFERENCE="数を変える相手",
        TARGETS="いまの値／目標の値。<unknown>は、値をまだ得られないという意味",
        MINPODS="Podの数の下限",
        MAXPODS="Podの数の上限",
        REPLICAS="いまのPodの数",
    ),
    _table(
        "ノードの一覧",
        "STATUS|ROLES|VERSION",
        STATUS="ノードの状態",
        ROLES="ノードの役割。<none>はふつうのノード",
        VERSION="kubeletのバージョン",
        INTERNAL_IP="クラスターの中で使うIPアドレス",
        EXTERNAL_IP="外から届くIPアドレス。なければ<none>",
        OS_IMAGE="ノードのOS",
        KERNEL_VERSION="カーネルのバージョン",
        CONTAINER_RUNTIME="コンテナを動かすプログラム",
    ),
    _table("Namespaceの一覧", "NAME|STATUS|AGE", STATUS="Namespaceの状態"),
    _table(
        "Jobの一覧",
        "COMPLETIONS|DURATION",
        STATUS="Jobの状態",
        COMPLETIONS="終わったPod／終わるべき数",
        DURATION="始まりから終わりまでの時間",
    ),
    _table(
        "CronJobの一覧",
        "SCHEDULE|SUSPEND|LAST SCHEDULE",
        SCHEDULE="実行する時刻（cronの書き方）",
        TIMEZONE="時刻のタイムゾーン。<none>はコントロールプレーンの設定に従う",
        SUSPEND="止めているかどうか",
        ACTIVE="動いているJobの数",
        LAST_SCHEDULE="最後に実行してからの時間",
    ),
    _table(
        "Ingressの一覧",
        "CLASS|HOSTS|ADDRESS",
        CLASS="担当するIngressClass。<none>なら担当がいない",
        HOSTS="受け付けるホスト名。*はすべて",
        ADDRESS="入口のアドレス。空なら、まだ用意されていない",
        PORTS="受け付ける番号",
    ),
    _table("ConfigMapの一覧", "NAME|DATA|AGE", DATA="持っている項目の数"),
    _table("Secretの一覧", "TYPE|DATA", TYPE="Secretの種類", DATA="持っている項目の数"),
    _table(
        "PersistentVolumeClaimの一覧",
        "STATUS|VOLUME|CAPACITY|ACCESS MODES",
        STATUS="結び付きの状態",
        VOLUME="結び付いたPersistentVolume",
        CAPACITY="使える容量",
        ACCESS_MODES="使い方。RWOは1つのノードから、RWXは複数から読み書き",
        STORAGECLASS="用意のしかたを決めるStorageClass",
        VOLUMEATTRIBUTESCLASS="ボリュームの性能の設定",
    ),
    _table(
        "PersistentVolumeの一覧",
        "CAPACITY|RECLAIM POLICY|CLAIM",
        CAPACITY="容量",
        ACCESS_MODES="使い方。RWOは1つのノードから、RWXは複数から読み書き",
        RECLAIM_POLICY="要求が消えたあとの扱い。Deleteは消す、Retainは残す",
        STATUS="結び付きの状態",
        CLAIM="結び付いたPersistentVolumeClaim",
        STORAGECLASS="用意のしかたを決めるStorageClass",
        REASON="うまくいかないときの理由",
    ),
    _table(
        "PodDisruptionBudgetの一覧",
        "MIN AVAILABLE|MAX UNAVAILABLE|ALLOWED DISRUPTIONS",
        MIN_AVAILABLE="残しておくPodの数。N/Aは指定なし",
        MAX_UNAVAILABLE="減ってよいPodの数。N/Aは指定なし",
        ALLOWED_DISRUPTIONS="いま退避させてよいPodの数。0なら待たされる",
    ),
    _table("NetworkPolicyの一覧", "NAME|POD-SELECTOR|AGE", POD_SELECTOR="規則を当てるPodの条件"),
    _table(
        "Eventの一覧",
        "LAST SEEN|TYPE|REASON|OBJECT|MESSAGE",
        LAST_SEEN="最後に起きてからの時間。x3は3回起きたという意味",
        TYPE="Normalは通常の記録、Warningは注意がいる記録",
        REASON="できごとの種類",
        OBJECT="何についての記録か",
        MESSAGE="起きたことの説明",
        SUBOBJECT="その中の部分（コンテナなど）",
        SOURCE="記録した部品",
        FIRST_SEEN="はじめて起きてからの時間",
        COUNT="起きた回数",
    ),
    _table(
        "使用量",
        "NAME|CPU(cores)|MEMORY(bytes)",
        CPU_CORES="使っているCPU。1000mで1コア",
        MEMORY_BYTES="使っているメモリ",
        POD="Podの名前",
        CPU_PERCENT="ノードで使えるCPUに対する割合",
        MEMORY_PERCENT="ノードで使えるメモリに対する割合",
    ),
    _table(
        "リソースの種類の一覧",
        "SHORTNAMES|APIVERSION|NAMESPACED|KIND",
        NAME="種類の名前（複数形）",
        SHORTNAMES="省略した名前",
        APIVERSION="マニフェストに書くapiVersion",
        NAMESPACED="Namespaceに属するかどうか",
        KIND="マニフェストに書くkind",
    ),
    _table(
        "更新の履歴",
        "REVISION|CHANGE-CAUSE",
        REVISION="版の番号。大きいほど新しい",
        CHANGE_CAUSE="変えた理由（アノテーションkubernetes.io/change-cause）。なければ<none>",
    ),
    _table(
        "StorageClassの一覧",
        "PROVISIONER|RECLAIMPOLICY",
        PROVISIONER="ボリュームを用意するプログラム",
        RECLAIMPOLICY="要求が消えたあとの扱い。Deleteは消す、Retainは残す",
        VOLUMEBINDINGMODE="用意する時期。WaitForFirstConsumerはPodの配置が決まってから",
        ALLOWVOLUMEEXPANSION="あとから容量を増やせるかどうか",
    ),
    _table(
        "ResourceQuotaの一覧",
        "NAME|REQUEST|LIMIT|AGE",
        REQUEST="要求の合計／上限",
        LIMIT="制限の合計／上限",
    ),
    _table("ServiceAccountの一覧", "NAME|SECRETS|AGE", SECRETS="結び付いたSecretの数"),
    _table(
        "RoleBindingの一覧",
        "NAME|ROLE|AGE",
        ROLE="与える権限のまとまり（RoleまたはClusterRole）",
        USERS="権限をもらう利用者",
        GROUPS="権限をもらうグループ",
        SERVICEACCOUNTS="権限をもらうServiceAccount",
    ),
)
