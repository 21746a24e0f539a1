"""Words in the cells of tables and descriptions.

Sources: the user guide's pages on Pod lifecycle, nodes and events, and pkg/kubelet/events/event.go.
"""

from __future__ import annotations

from collections.abc import Mapping

STATES: Mapping[str, str] = {
    "Pending": "ノードが決まるのを待っているか、ボリュームなどの用意を待っている",
    "ContainerCreating": "ノードは決まり、イメージの取得とコンテナの作成が進んでいる",
    "PodInitializing": "initコンテナが終わり、本体のコンテナを始めている",
    "Running": "コンテナが動いている。準備完了かどうかはREADYで見る",
    "Completed": "コンテナが正常に終わった（終了コード0）",
    "Error": "コンテナが異常に終わった（終了コードが0ではない）",
    "CrashLoopBackOff": "終わるたびに再起動し、次の再起動まで待っている。logs --previousで原因を見る",
    "ImagePullBackOff": "イメージを取得できず、次の試行まで待っている。名前とタグを確かめる",
    "ErrImagePull": "イメージを取得できなかった。名前とタグを確かめる",
    "InvalidImageName": "イメージの名前の書き方が正しくない",
    "ErrImageNeverPull": "取得しない設定（Never）で、ノードにもイメージがない",
    "CreateContainerConfigError": "参照するConfigMapやSecretがなく、コンテナを作れない",
    "CreateContainerError": "コンテナを作れなかった。describeのEventsで理由を見る",
    "RunContainerError": "コンテナを始められなかった。コマンドやボリュームを確かめる",
    "Terminating": "削除が決まり、終了処理をしている。猶予は既定で30秒",
    "OOMKilled": "メモリの上限を超え、強制的に終わらされた",
    "Evicted": "ノードの資源が足りず、退避させられた",
    "Unknown": "ノードと連絡が取れず、状態がわからない",
    "ContainerStatusUnknown": "コンテナがどうなったか、わからなくなった",
    "SchedulingGated": "配置を始める許可を待っている（schedulingGates）",
    "DeadlineExceeded": "決められた時間を過ぎ、終わらされた",
    "Ready": "ノードは動いていて、Podを受け入れられる",
    "NotReady": "ノードから連絡が来ない。新しいPodは置かれない",
    "SchedulingDisabled": "cordonされていて、新しいPodは置かれない",
    "Active": "使える状態",
    "Bound": "要求とボリュームが結び付いている",
    "Available": "まだどの要求とも結び付いていない",
    "Released": "要求は消えたが、ボリュームは片付いていない",
    "Complete": "決められた回数を終えた",
    "Failed": "失敗したまま終わった",
    "Suspended": "止めている",
}

SERVICE_TYPES: Mapping[str, str] = {
    "ClusterIP": "クラスターの中からだけ届く",
    "NodePort": "どのノードの決まった番号からも届く",
    "LoadBalancer": "外部のロードバランサーから届く",
    "ExternalName": "クラスターの外の名前への別名",
}

PLACEHOLDERS: Mapping[str, str] = {
    "<none>": "ない、または指定していない",
    "<pending>": "まだ割り当てられていない。割り当てる仕組みがないと、ずっとこのまま",
    "<unknown>": "値をまだ得られない",
    "<unset>": "決まっていない（名前や番号がない）",
}

REASONS: Mapping[str, str] = {
    "Scheduled": "スケジューラーがノードを決めた",
    "FailedScheduling": "置けるノードがない。理由はメッセージにある",
    "Preempted": "優先度の高いPodに場所を譲った",
    "Pulling": "イメージの取得を始めた",
    "Pulled": "イメージを取得した、またはノードにあった",
    "Created": "コンテナを作った",
    "Started": "コンテナを始めた",
    "Killing": "コンテナの終了処理を始めた",
    "Unhealthy": "プローブに失敗した",
    "BackOff": "失敗が続くため、次の再起動や取得まで待っている",
    "FailedMount": "ボリュームをPodにつなげなかった",
    "FailedPostStartHook": "postStartフックに失敗した",
    "FailedPreStopHook": "preStopフックに失敗した",
    "ScalingReplicaSet": "DeploymentがReplicaSetの数を変えた",
    "SuccessfulCreate": "コントローラーがPodを作った",
    "SuccessfulDelete": "コントローラーがPodを消した",
    "FailedCreate": "コントローラーがPodを作れなかった。割り当ての上限などを確かめる",
    "SuccessfulRescale": "HPAが数を変えた",
    "FailedGetResourceMetric": "HPAが使用量を得られない。requestsとMetrics Serverを確かめる",
    "FailedComputeMetricsReplicas": "HPAが必要な数を計算できない",
    "NodeNotReady": "ノードと連絡が取れなくなった",
    "NodeNotSchedulable": "cordonされ、新しいPodが置かれなくなった",
    "NodeSchedulable": "uncordonされ、新しいPodが置かれるようになった",
    "NodeReady": "ノードが使えるようになった",
    "TaintManagerEviction": "taintのため、Podを退避させることになった",
    "ProvisioningSucceeded": "ボリュームを用意できた",
    "WaitForFirstConsumer": "使うPodの配置が決まるまで、ボリュームの用意を待っている",
    "DeploymentRollback": "前の版に戻した",
    "ProgressDeadlineExceeded": "期限までに更新が進まなかった",
    "NewReplicaSetAvailable": "新しいReplicaSetへの入れ替えが終わっている",
    "ReplicaSetUpdated": "新しいReplicaSetへの入れ替えが進んでいる",
    "NewReplicaSetCreated": "新しいReplicaSetができた",
    "MinimumReplicasAvailable": "利用できるPodが、必要な数だけある",
    "MinimumReplicasUnavailable": "利用できるPodが、必要な数に足りない",
    "FoundNewReplicaSet": "Podテンプレートの同じReplicaSetを見つけた",
    "DeploymentPaused": "更新を一時停止している",
}

FIELDS: Mapping[str, str] = {
    "Replicas": "desiredは期待する数、updatedは最新、totalはある数、availableは利用できる数",
    "StrategyType": "更新のしかた。RollingUpdateは少しずつ、Recreateは全部止めてから",
    "RollingUpdateStrategy": "更新の途中に減ってよい数（max unavailable）と、増えてよい数（max surge）",
    "MinReadySeconds": "準備完了から、利用できるとみなすまでの秒数",
    "OldReplicaSets": "前の版のReplicaSet。<none>ならPodは残っていない",
    "NewReplicaSet": "いまの版のReplicaSet",
    "Conditions": "いまの判断と、その理由",
    "Events": "最近のできごと。新しいものが下に並び、既定では約1時間で消える",
    "Selector": "対象のPodを選ぶラベルの条件",
    "TargetPort": "Podへ送るときの番号",
    "NodePort": "どのノードでも受け付ける番号",
    "Endpoints": "宛先のPod。4件目からは「+ 1 more...」のようにまとめられる",
    "Session Affinity": "同じ相手を同じPodに送るかどうか",
    "External Traffic Policy": "外からの通信の送り先。ClusterはどのノードのPodにも、Localは同じノードのPodだけ",
    "Status": "Podの段階（phase）",
    "Node": "Podが動いているノード",
    "Controlled By": "このPodの持ち主",
    "State": "コンテナのいまの状態",
    "Last State": "コンテナの1つ前の状態",
    "Reason": "その状態の理由",
    "Exit Code": "終了コード。0は正常、137は強制終了（SIGKILL）、143はSIGTERM",
    "Ready": "準備完了かどうか",
    "Restart Count": "再起動した回数",
    "Liveness": "Liveness Probe。失敗が続くと再起動する",
    "Readiness": "Readiness Probe。失敗している間は宛先から外れる",
    "Startup": "Startup Probe。成功するまで、ほかのプローブを待たせる",
    "Limits": "使ってよい量の上限",
    "Requests": "配置のときに確保する量",
    "QoS Class": "資源が足りないときの扱い。BestEffortから先に退避させられる",
    "Tolerations": "どのtaintを受け入れるか",
    "Taints": "このtaintを受け入れないPodは置かれない",
    "Unschedulable": "trueなら、新しいPodは置かれない",
    "Allocatable": "Podに割り当てられる量",
    "Allocated resources": "置かれたPodの要求と上限の合計",
    "Metrics": "いまの値／目標の値",
    "Min replicas": "Podの数の下限",
    "Max replicas": "Podの数の上限",
}

SERVICE_FIELDS: Mapping[str, str] = {
    "Type": "公開のしかた",
    "IP": "クラスターの中で使うIPアドレス",
    "Port": "Serviceが受け付ける番号",
}

POD_FIELDS: Mapping[str, str] = {
    "IP": "PodのIPアドレス",
    "Port": "コンテナが待ち受けると宣言した番号",
}
