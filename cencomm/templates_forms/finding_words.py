"""What every form checks, in six languages: the findings that no template has to word itself.

`template_unknown`, `parts_disagree` and `misplaced` are found by whoever puts a received record together.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_LANGUAGES = ("en", "fr", "es", "ru", "ar", "pt")


def _six(*texts: str) -> Mapping[str, str]:
    return MappingProxyType(dict(zip(_LANGUAGES, texts, strict=True)))


FINDING_WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "required": _six(
            "An answer is needed here.",
            "Une réponse est obligatoire ici.",
            "Aquí se requiere una respuesta.",
            "Здесь требуется ответ.",
            "الإجابة مطلوبة هنا.",
            "É necessária uma resposta aqui.",
        ),
        "constraint": _six(
            "This answer is not possible here.",
            "Cette réponse n’est pas possible ici.",
            "Esta respuesta no es posible aquí.",
            "Такой ответ здесь невозможен.",
            "هذه الإجابة غير ممكنة هنا.",
            "Esta resposta não é possível aqui.",
        ),
        "choice": _six(
            "This choice does not go with the other answers.",
            "Ce choix ne correspond pas aux autres réponses.",
            "Esta opción no corresponde a las demás respuestas.",
            "Этот вариант не соответствует другим ответам.",
            "هذا الخيار لا يتوافق مع الإجابات الأخرى.",
            "Esta opção não corresponde às outras respostas.",
        ),
        "not_relevant": _six(
            "This answer is not asked for, given the other answers.",
            "Cette réponse n’est pas demandée compte tenu des autres réponses.",
            "Esta respuesta no se solicita, dadas las demás respuestas.",
            "При остальных ответах этот ответ не требуется.",
            "هذه الإجابة غير مطلوبة في ضوء الإجابات الأخرى.",
            "Esta resposta não é pedida, tendo em conta as outras respostas.",
        ),
        "unknown_field": _six(
            "The template has no such field.",
            "Le modèle ne contient pas ce champ.",
            "La plantilla no contiene este campo.",
            "В шаблоне нет такого поля.",
            "لا يوجد هذا الحقل في القالب.",
            "O modelo não contém este campo.",
        ),
        "wrong_type": _six(
            "The answer is of the wrong kind, for example text where a number or a date belongs.",
            "La réponse n’est pas du bon type, par exemple du texte à la place d’un nombre ou d’une date.",
            "La respuesta no es del tipo correcto, por ejemplo, texto en lugar de un número o una fecha.",
            "Ответ неверного вида: например, текст вместо числа или даты.",
            "نوع الإجابة غير صحيح، مثل نص مكان رقم أو تاريخ.",
            "A resposta não é do tipo certo, por exemplo texto em vez de um número ou de uma data.",
        ),
        "too_long": _six(
            "The text is too long.",
            "Le texte est trop long.",
            "El texto es demasiado largo.",
            "Текст слишком длинный.",
            "النص طويل جدًا.",
            "O texto é demasiado longo.",
        ),
        "unknown_code": _six(
            "This code is not in the code list.",
            "Ce code ne figure pas dans la liste de codes.",
            "Este código no figura en la lista de códigos.",
            "Такого кода нет в перечне кодов.",
            "هذا الرمز غير موجود في قائمة الرموز.",
            "Este código não consta da lista de códigos.",
        ),
        "too_many_rows": _six(
            "There are more rows than the template allows.",
            "Il y a plus de lignes que le modèle n’en autorise.",
            "Hay más líneas de las que permite la plantilla.",
            "Строк больше, чем допускает шаблон.",
            "عدد الأسطر أكبر مما يسمح به القالب.",
            "Há mais linhas do que o modelo permite.",
        ),
        "too_few_rows": _six(
            "There are fewer rows than the template needs.",
            "Il y a moins de lignes que le modèle n’en exige.",
            "Hay menos líneas de las que exige la plantilla.",
            "Строк меньше, чем требует шаблон.",
            "عدد الأسطر أقل مما يتطلبه القالب.",
            "Há menos linhas do que o modelo exige.",
        ),
        "too_large": _six(
            "The record has too many answers.",
            "La fiche contient trop de réponses.",
            "El registro contiene demasiadas respuestas.",
            "В записи слишком много ответов.",
            "يحتوي السجل على إجابات أكثر من اللازم.",
            "O registo contém demasiadas respostas.",
        ),
        "derived": _six(
            "This value is calculated and is never typed.",
            "Cette valeur est calculée et ne se remplit pas.",
            "Este valor se calcula y no se rellena.",
            "Это значение вычисляется и не вводится.",
            "هذه القيمة محسوبة ولا تُدخل يدويًا.",
            "Este valor é calculado e não se preenche.",
        ),
        "too_much_work": _six(
            "The rules of the template could not be judged to the end: the record or the template is too large.",
            "Les règles du modèle n’ont pas pu être vérifiées jusqu’au bout : fiche ou modèle trop volumineux.",
            "No se pudieron comprobar todas las reglas de la plantilla: registro o plantilla demasiado grandes.",
            "Правила шаблона проверены не до конца: запись или шаблон слишком велики.",
            "تعذّر إكمال التحقق من قواعد القالب: السجل أو القالب كبير جدًا.",
            "Não foi possível verificar todas as regras do modelo: registo ou modelo demasiado grandes.",
        ),
        "too_many_findings": _six(
            "There are more findings than are listed.",
            "Il y a plus de constats que ceux affichés.",
            "Hay más observaciones de las que se muestran.",
            "Замечаний больше, чем показано.",
            "توجد ملاحظات أكثر من المعروضة.",
            "Há mais observações do que as apresentadas.",
        ),
        "template_unknown": _six(
            "The group had no such template when the record was sent.",
            "Le groupe n’avait pas ce modèle au moment de l’envoi de la fiche.",
            "El grupo no tenía esta plantilla cuando se envió el registro.",
            "Когда запись была отправлена, такого шаблона в группе не было.",
            "لم يكن هذا القالب موجودًا في المجموعة عند إرسال السجل.",
            "O grupo não tinha este modelo quando o registo foi enviado.",
        ),
        "parts_disagree": _six(
            "The two parts of the record do not belong together.",
            "Les deux parties de la fiche ne vont pas ensemble.",
            "Las dos partes del registro no se corresponden.",
            "Две части записи не относятся друг к другу.",
            "جزءا السجل لا ينتميان إلى بعضهما.",
            "As duas partes do registo não pertencem uma à outra.",
        ),
        "misplaced": _six(
            "This answer belongs in the personal part but was sent in the public one.",
            "Cette réponse relève de la partie nominative, mais a été envoyée dans la partie publique.",
            "Esta respuesta corresponde a la parte nominativa, pero se envió en la parte pública.",
            "Этот ответ относится к персональной части, но отправлен в общей.",
            "هذه الإجابة تخص الجزء الاسمي لكنها أُرسلت في الجزء العام.",
            "Esta resposta pertence à parte nominativa, mas foi enviada na parte pública.",
        ),
        "unknown_rule": _six(
            "A check that this version does not know has failed.",
            "Un contrôle inconnu de cette version a échoué.",
            "Falló una comprobación que esta versión no conoce.",
            "Не пройдена проверка, которой эта версия не знает.",
            "فشل تحقق لا تعرفه هذه النسخة.",
            "Falhou uma verificação que esta versão não conhece.",
        ),
    }
)
"""By the rule of a `Finding`, then by language."""
