"""Deployments, StatefulSets, DaemonSets, Jobs and CronJobs, and what scales and guards them."""

from learn.sandbox.messages.model import Message, refusal

MESSAGES: dict[str, Message] = {
    "replicas-negative": refusal(
        "レプリカの数が負になっています",
        "`replicas`は0以上の整数です。0にすると、Podは1つも動きません。",
        "0以上の数に書き換えます。",
        "kubectl-scale",
    ),
    "strategy-both-zero": refusal(
        "maxSurgeとmaxUnavailableの両方が0です",
        "増やすことも減らすこともできないと、Podを1つも入れ替えられません。",
        "どちらかを1以上にします。",
        "rolling-update-rollback",
    ),
    "strategy-recreate-with-rolling": refusal(
        "Recreateと`rollingUpdate`は一緒に書けません",
        "Recreateは、古いPodをすべて止めてから新しいPodを作ります。",
        "`rollingUpdate`を消すか、`type: RollingUpdate`にします。",
        "rolling-update-rollback",
    ),
    "strategy-type-unknown": refusal(
        "`{value}`という更新の方法はありません",
        "Deploymentの`type`はRollingUpdateかRecreate、StatefulSetとDaemonSetではRollingUpdateかOnDeleteです。",
        "どちらかに書き換えます。大文字と小文字も合わせます。",
        "rolling-update-rollback",
    ),
    "strategy-value-invalid": refusal(
        "`{leaf}`に`{value}`は使えません",
        "0以上の整数か、`25%`のような百分率を書きます。maxUnavailableは100%までです。",
        "整数か百分率に書き換えます。",
        "rolling-update-rollback",
    ),
    "deployment-deadline-too-short": refusal(
        "progressDeadlineSecondsが短すぎます",
        "新しいPodが`minReadySeconds`を終える前に、更新が失敗とみなされてしまいます。",
        "`progressDeadlineSeconds`を`minReadySeconds`より大きくします。",
        "rolling-update-rollback",
    ),
    "job-restart-policy": refusal(
        "Jobの`restartPolicy`が決まっていません",
        "終わるPodを動かすJobでは、OnFailureかNeverを必ず書きます。既定値のAlwaysは使えません。",
        "`restartPolicy: Never`または`restartPolicy: OnFailure`を書きます。",
        "resource-categories",
    ),
    "template-restart-policy": refusal(
        "`restartPolicy: {value}`は使えません",
        "動き続けるPodを管理する{kind}では、`restartPolicy`はAlwaysだけです。",
        "この行を消すか、1回で終わる処理ならJobにします。",
        "resource-categories",
    ),
    "restart-policy-unknown": refusal(
        "`restartPolicy`に`{value}`は使えません",
        "書けるのはAlways、OnFailure、Neverの3つです。大文字と小文字は区別されます。",
        "3つのうちのどれかに書き換えます。",
        "pod-basics",
    ),
    "cronjob-schedule-invalid": refusal(
        "`{value}`は実行時刻として読めません",
        "`schedule`は、分（0〜59）、時（0〜23）、日（1〜31）、月（1〜12）、曜日（0〜6）の5つを空白で区切って書きます。",
        '毎日3時なら`schedule: "0 3 * * *"`と書きます。',
        "resource-categories",
    ),
    "cronjob-schedule-timezone": refusal(
        "`schedule`の中にタイムゾーンが書かれています",
        "`TZ=`と`CRON_TZ=`は使えません。時刻の基準になる地域は、`timeZone`に書きます。",
        "`schedule`には5つの数字と記号だけを残し、`timeZone: Asia/Tokyo`の行を足します。",
        "resource-categories",
    ),
    "cronjob-timezone-invalid": refusal(
        "`{value}`というタイムゾーンはありません",
        "`timeZone`には、Asia/Tokyoのような地域の名前を書きます。",
        "名前を直すか、この行を消します。",
        "resource-categories",
    ),
    "cronjob-concurrency-unknown": refusal(
        "`concurrencyPolicy`に`{value}`は使えません",
        "書けるのはAllow、Forbid、Replaceの3つです。",
        "3つのうちのどれかに書き換えます。",
        "resource-categories",
    ),
    "cronjob-name-too-long": refusal(
        "CronJobの名前が長すぎます",
        "作られるJobの名前に11文字が付くため、CronJobの名前は52文字までです。",
        "名前を52文字以内にします。",
    ),
    "job-field-invalid": refusal(
        "Jobの`{leaf}`が正しくありません",
        "Jobの回数や期限の項目には、範囲と組み合わせの決まりがあります。",
        "実際の表示にある条件に合わせて書き換えます。",
        "resource-categories",
    ),
    "statefulset-field-invalid": refusal(
        "StatefulSetの`{leaf}`が正しくありません",
        "StatefulSetに固有の項目には、使える値の決まりがあります。",
        "実際の表示にある値に合わせて書き換えます。",
        "resource-categories",
    ),
    "hpa-max-below-min": refusal(
        "`maxReplicas`が正しくありません",
        "`maxReplicas`は1以上で、`minReplicas`以上でなければなりません。",
        "`maxReplicas`を`minReplicas`以上にします。",
        "hpa-basics",
    ),
    "hpa-min-replicas": refusal(
        "`minReplicas`が小さすぎます",
        "`minReplicas`は1以上です。0にできるのは、ObjectかExternalの指標を使うときだけです。",
        "1以上に書き換えます。",
        "hpa-basics",
    ),
    "hpa-metrics-invalid": refusal(
        "HPAの指標の書き方が正しくありません",
        "`type`と同じ名前の項目に、対象と目標値を書きます。目標値は`target.type`に合う項目に書きます。",
        "`target: {{type: Utilization, averageUtilization: 50}}`の形に直します。",
        "hpa-basics",
    ),
    "hpa-target-incomplete": refusal(
        "スケールする対象の書き方が正しくありません",
        "`scaleTargetRef`には、`apiVersion`、`kind`、`name`が必要です。",
        "`{leaf}`を書き足します。",
        "hpa-basics",
    ),
    "hpa-behavior-invalid": refusal(
        "HPAの振る舞いの書き方が正しくありません",
        "`stabilizationWindowSeconds`は0から3600まで、`periodSeconds`は1から1800までです。",
        "範囲内の値に書き換えます。",
        "hpa-behavior",
    ),
    "pdb-both-bounds": refusal(
        "`minAvailable`と`maxUnavailable`の両方が書かれています",
        "1つのPodDisruptionBudgetに書けるのは、どちらか片方だけです。",
        "片方を消します。",
        "taints-pdb-drain",
    ),
    "pdb-value-invalid": refusal(
        "`{leaf}`に`{value}`は使えません",
        "0以上の整数か、`50%`のような百分率を書きます。",
        "整数か百分率に書き換えます。",
        "taints-pdb-drain",
    ),
}
